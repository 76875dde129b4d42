import { isParleyError, reply, type Reply, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { editScenarios } from '../api/index.ts'
import type { CallNode, NodeCall } from './call-node.ts'

interface Cradle {
  readonly callNode: CallNode
}

const reference = z.union([z.number().int(), z.string().min(1).max(200)])
const data = z.record(z.string(), z.unknown())

const body = z.looseObject({
  chat_id: reference.optional(),
  channel: z.string().min(1).max(64).optional(),
  bot_id: reference.default(1),
  connector_alias: z.string().min(1).max(200),
  data: data.default({}),
})

const params = z.object({ bot: z.string().min(1).max(64), node: z.string().min(1).max(200) })
const chatParams = params.extend({ channel: z.string().min(1).max(64), chat: z.string().min(1).max(256) })
const query = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const answer = z.object({ status: z.enum(['success', 'error']), message: z.string() })

/** The documented answer, with an honest status beside it. */
const answered = async (callNode: CallNode, call: NodeCall): Promise<Reply> => {
  try {
    await callNode.call(call)
    return reply({ body: { status: 'success', message: 'The section was started.' } })
  } catch (error) {
    if (!isParleyError(error) || error.family !== 'user') throw error
    return reply({ status: error.status, body: { status: 'error', message: error.message } })
  }
}

const nobody = (): boolean => false

const fromBody = ({ bot_id, connector_alias, channel, chat_id, data: given }: z.output<typeof body>, mayCall: NodeCall['mayCall']): NodeCall => ({
  bot: bot_id,
  target: connector_alias,
  channel,
  chatId: chat_id === undefined ? undefined : String(chat_id),
  data: given,
  mayCall,
})

interface PathCall {
  readonly params: { readonly bot: string; readonly node: string; readonly channel?: string; readonly chat?: string }
  readonly query: z.output<typeof query>
  readonly body?: Readonly<Record<string, unknown>> | undefined
}

/** Everything the caller sent becomes variables; the body as a whole stays readable too, for answers to whoever sent it. */
const fromPath = ({ params: { bot, node, channel, chat }, query: given, body: sent }: PathCall): NodeCall => ({
  bot,
  target: node,
  channel,
  chatId: chat,
  data: { ...given, ...sent, ...(sent === undefined ? {} : { original_call_node_body: sent }) },
  mayCall: nobody,
})

const open = { auth: 'public', rateLimit: 600, response: answer, unaudited: 'a run is its own record' } as const

/** `call_node`: other systems start sections of a scenario. */
export const callNodeRoutes = (http: RouteBuilder<Cradle>): Route[] => [
  http.post(
    '/call_node',
    { ...open, body, aliases: ['/kw/api/call_node'], summary: 'Start a section by the alias of an entry point that is open to webhooks' },
    ({ body: given }, { callNode }) => answered(callNode, fromBody(given, nobody)),
  ),
  http.get(
    '/call_node/:bot/:node',
    { ...open, params, query, aliases: ['/kw/api/call_node/:bot/:node'], summary: 'Start a section by the id of its node' },
    (call, { callNode }) => answered(callNode, fromPath(call)),
  ),
  http.post(
    '/call_node/:bot/:node',
    {
      ...open,
      params,
      query,
      body: data.optional(),
      aliases: ['/kw/api/call_node/:bot/:node'],
      summary: 'Start a section by the id of its node, with data',
    },
    (call, { callNode }) => answered(callNode, fromPath(call)),
  ),
  http.get(
    '/call_node/:bot/:node/:channel/:chat',
    { ...open, params: chatParams, query, aliases: ['/kw/api/call_node/:bot/:node/:channel/:chat'], summary: 'Start a section for a client' },
    (call, { callNode }) => answered(callNode, fromPath(call)),
  ),
  http.post(
    '/call_node/:bot/:node/:channel/:chat',
    {
      ...open,
      params: chatParams,
      query,
      body: data.optional(),
      aliases: ['/kw/api/call_node/:bot/:node/:channel/:chat'],
      summary: 'Start a section for a client, with data',
    },
    (call, { callNode }) => answered(callNode, fromPath(call)),
  ),
  http.post(
    '/calls',
    {
      body,
      permission: editScenarios,
      response: answer,
      unaudited: 'a run is its own record',
      summary: 'Start a section by any alias, with an API key',
    },
    ({ body: given, actor }, { callNode }) =>
      answered(
        callNode,
        fromBody(given, (botId) => actor.can(editScenarios, botId)),
      ),
  ),
]
