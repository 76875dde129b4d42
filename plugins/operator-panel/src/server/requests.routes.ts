import { ParleyError, reply, type Actor, type RouteBuilder } from '@parley/plugin-api'
import { messageContent } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import { distributionAudit, editRequests, request, viewAllRequests, viewRequests, writeNotes } from '../api/index.ts'
import type { PanelCradle } from './cradle.ts'
import type { TransferTarget } from './desk.ts'

const id = z.object({ id: z.uuid() })
const clientKey = z.string().min(8).max(64)

/** What an operator may send: the kinds a composer makes. Notes have a route of their own. */
const sendable = messageContent.refine(
  (content) => ['text', 'image', 'file', 'audio', 'video', 'location', 'contact', 'keyboard', 'sticker'].includes(content.kind),
  'An operator cannot send this kind of message.',
)

const target = z.union([
  z.object({ operatorId: z.uuid(), comment: z.string().max(2000).optional() }).strict(),
  z.object({ queue: z.literal(true), topicId: z.uuid().optional(), comment: z.string().max(2000).optional() }).strict(),
  z.object({ unassigned: z.literal(true), comment: z.string().max(2000).optional() }).strict(),
])

const listQuery = z.object({
  folder: z.enum(['unassigned', 'queue', 'mine', 'open', 'closed']).default('mine'),
  search: z.string().trim().max(200).optional(),
  channel: z.string().max(64).optional(),
  topicId: z.uuid().optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

const messagesQuery = z.object({
  before: z.coerce.number().int().positive().optional(),
  after: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const requestRoutes = (http: RouteBuilder<PanelCradle>) => [
  http.get(
    '/requests',
    {
      permission: viewRequests,
      query: listQuery,
      response: z.object({ requests: z.array(request), cursor: z.string().optional() }),
      summary: 'A folder, page by page',
    },
    async ({ query, actor }, { requestListStore, bots }) => {
      const { all: allBots, visible } = await visibleBots(actor, bots)
      const all = actor.can(viewAllRequests)
      if (query.folder === 'open' && !all) throw new ParleyError('forbidden', 'Only those who may see requests of other operators have this folder.')
      const { search, channel, topicId, cursor } = query
      return requestListStore.page({
        folder: query.folder,
        limit: query.limit,
        userId: actor.id,
        botIds: allBots ? undefined : visible,
        all,
        ...(search ? { search } : {}),
        ...(channel === undefined ? {} : { channel }),
        ...(topicId === undefined ? {} : { topicId }),
        ...(cursor === undefined ? {} : { cursor }),
      })
    },
  ),
  http.get(
    '/folders',
    { permission: viewRequests, summary: 'How many requests each folder has, and the bots whose requests are in them' },
    async ({ actor }, { requestListStore, bots }) => {
      const { all, visible } = await visibleBots(actor, bots)
      return { ...(await requestListStore.counts({ userId: actor.id, botIds: all ? undefined : visible })), bots: visible }
    },
  ),
  http.get(
    '/requests/:id',
    { permission: viewRequests, params: id, summary: 'One request with what operators should know' },
    async ({ params, actor }, { desk }) => {
      const record = await desk.see(params.id, actor)
      return { request: record.request, textToOperator: record.textToOperator, botSteps: record.botSteps }
    },
  ),
  http.get(
    '/requests/:id/log',
    { permission: viewRequests, params: id, summary: 'What happened to the request' },
    async ({ params, actor }, { desk, requestLog, decisionStore }) => {
      await desk.see(params.id, actor)
      // Which colleague was away or full is for those who look after distribution.
      return { log: await requestLog.of(params.id), decisions: actor.can(distributionAudit) ? await decisionStore.ofRequest(params.id, 20) : [] }
    },
  ),
  http.get(
    '/requests/:id/messages',
    { permission: viewRequests, params: id, query: messagesQuery, summary: 'The dialog, newest page first' },
    async ({ params, query, actor }, { desk, conversations }) => {
      const { request: found } = await desk.see(params.id, actor)
      return conversations.messages(found.conversationId, {
        limit: query.limit,
        ...(query.before === undefined ? {} : { before: query.before }),
        ...(query.after === undefined ? {} : { after: query.after }),
      })
    },
  ),
  http.get(
    '/requests/:id/client',
    { permission: viewRequests, params: id, summary: 'The client, the channels and earlier requests' },
    async ({ params, actor }, { desk, clients, requestStore }) => {
      const { request: found } = await desk.see(params.id, actor)
      const [client, identities, history] = await Promise.all([
        clients.get(found.clientId),
        clients.identities(found.clientId),
        requestStore.ofClient(found.clientId, 20),
      ])
      return { client, identities, requests: history.map((record) => record.request).filter((other) => actor.can(viewRequests, other.botId)) }
    },
  ),
  http.post('/requests/:id/take', { permission: editRequests, params: id, summary: 'Take the request' }, async ({ params, actor }, { desk }) => {
    await desk.take(params.id, actor)
    return (await desk.see(params.id, actor)).request
  }),
  http.post(
    '/requests/:id/transfer',
    { permission: editRequests, params: id, body: target, summary: 'Give it to an operator, the queue, or back' },
    async ({ params, body, actor }, { desk }) => {
      const { comment, ...to } = body
      await desk.transfer(params.id, to as TransferTarget, actor, comment)
      return reply({ status: 204 })
    },
  ),
  http.post(
    '/requests/:id/close',
    {
      permission: editRequests,
      params: id,
      body: z.object({ statusId: z.uuid().optional(), comment: z.string().max(2000).optional() }),
      summary: 'Close with a status',
    },
    async ({ params, body, actor }, { desk }) => {
      await desk.close(
        params.id,
        { ...(body.statusId === undefined ? {} : { statusId: body.statusId }), ...(body.comment === undefined ? {} : { comment: body.comment }) },
        actor,
      )
      return reply({ status: 204 })
    },
  ),
  http.post(
    '/requests/:id/messages',
    {
      permission: editRequests,
      params: id,
      body: z.object({ content: sendable, clientKey }),
      unaudited: 'a message is its own record',
      summary: 'Answer the client',
    },
    async ({ params, body, actor }, { desk }) => ({ messageId: await desk.write(params.id, body.content, body.clientKey, actor) }),
  ),
  http.post(
    '/requests/:id/notes',
    {
      permission: writeNotes,
      params: id,
      body: z.object({ text: z.string().min(1).max(32_768), clientKey }),
      unaudited: 'a note is its own record',
      summary: 'Write a note for the team',
    },
    async ({ params, body, actor }, { desk }) => ({
      messageId: await desk.write(params.id, { kind: 'note', text: body.text }, body.clientKey, actor),
    }),
  ),
  http.post(
    '/requests/:id/read',
    { permission: viewRequests, params: id, unaudited: 'reading changes nothing of substance', summary: 'Mark as read' },
    async ({ params, actor }, { desk, requestStore, announcer }) => {
      const { request: found } = await desk.see(params.id, actor)
      if (found.assignee?.id === actor.id && found.unread > 0) {
        await requestStore.markRead(params.id)
        await announcer.announce(params.id, 'read')
      }
      return reply({ status: 204 })
    },
  ),
  http.post(
    '/requests/:id/typing',
    { permission: editRequests, params: id, unaudited: 'nothing is stored', summary: 'Tell the client that somebody types' },
    async ({ params, actor }, { desk, conversations }) => {
      const { request: found } = await desk.see(params.id, actor)
      await conversations.typing(found.conversationId, { kind: 'operator', id: actor.id, name: actor.name })
      return reply({ status: 204 })
    },
  ),
  http.put(
    '/requests/:id/topic',
    { permission: editRequests, params: id, body: z.object({ topicId: z.uuid().optional() }), summary: 'Change the topic' },
    async ({ params, body, actor }, { desk }) => {
      await desk.setTopic(params.id, body.topicId, actor)
      return (await desk.see(params.id, actor)).request
    },
  ),
  http.post(
    '/files',
    {
      permission: editRequests,
      multipart: { maxBytes: 20 * 1024 * 1024, maxFiles: 10 },
      unaudited: 'the message that carries the file is its record',
      summary: 'Upload attachments',
    },
    async ({ files: uploaded }, { files }) => ({
      files: uploaded.map((file) => ({ fileId: file.id, name: file.name, type: file.type, size: file.size, url: files.url(file) })),
    }),
  ),
]

/** Bots whose requests the actor may see. Each is asked for: without a bot, a right that holds for one of them holds. */
const visibleBots = async (actor: Actor, bots: PanelCradle['bots']): Promise<{ all: boolean; visible: string[] }> => {
  const ids = (await bots.list()).map((bot) => bot.id)
  const visible = ids.filter((botId) => actor.can(viewRequests, botId))
  return { all: visible.length === ids.length, visible }
}
