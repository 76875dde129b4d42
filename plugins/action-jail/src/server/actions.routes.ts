import { reply, type Actor, type Audit, type HttpClient, type Route, type RouteBuilder } from '@parley/plugin-api'
import type { Bots } from '@parley/plugin-conversations/api'
import { viewScenarios, type ActionUse, type Scenarios } from '@parley/plugin-scenario-runtime/api'
import { z } from 'zod'
import { deleteActions, editActions, viewActions, type ActionDocument } from '../api/index.ts'
import type { ActionCheck } from './action-check.ts'
import { formOf, readConfig } from './action-config.ts'
import { actionDocument, actionId, hashOfCode } from './action-document.ts'
import type { ActionLibrary } from './action-library.ts'
import type { ActionRunner } from './action-runner.ts'
import type { ActionStore, StoredAction } from './action-store.ts'
import type { RunLog } from './run-log.ts'
import { tryOut } from './try-out.ts'

interface Cradle {
  readonly actionLibrary: ActionLibrary
  readonly actionStore: ActionStore
  readonly actionCheck: ActionCheck
  readonly actionRunner: ActionRunner
  readonly runLog: RunLog
  readonly scenarios: Scenarios
  readonly bots: Bots
  readonly http: HttpClient
  readonly audit: Audit
}

const params = z.object({ id: actionId })
const versionParams = params.extend({ version: z.coerce.number().int().min(1) })
const from = z.object({ version: z.number().int() })
const json = z.record(z.string(), z.unknown())
const maxBytes = 2 * 1024 * 1024

const saved = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  group: z.string(),
  version: z.number(),
  updatedAt: z.iso.datetime(),
  updatedBy: z.string(),
})
const whole = saved.extend({ code: z.string(), config: json, documentation: z.string() })
const problem = z.object({
  level: z.enum(['error', 'warning']),
  part: z.enum(['information', 'code', 'config', 'form', 'documentation']),
  code: z.string(),
  message: z.string(),
  path: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})
const form = z.object({
  schema: json,
  groups: z.array(z.object({ title: z.string(), parameters: z.array(z.string()) })),
  events: z.array(z.object({ name: z.string(), description: z.string().optional() })),
})
const logLine = z.object({ level: z.enum(['debug', 'info', 'warn', 'error']), text: z.string() })
const failure = z.object({
  reason: z.string(),
  message: z.string(),
  line: z.number().optional(),
  column: z.number().optional(),
  trace: z.string().optional(),
})
const use = z.object({
  bot: z.object({ id: z.string(), number: z.number(), name: z.string() }).optional(),
  draft: z.number(),
  live: z.number(),
})

const shown = ({ deletedAt: _deletedAt, updatedAt, ...action }: StoredAction) => ({ ...action, updatedAt: updatedAt.toISOString() })

/** Bots that the caller may not see are counted and not named. */
const namedUses = async (uses: readonly ActionUse[], bots: Bots, actor: Actor) => {
  const byId = new Map((await bots.list()).map(({ id, number, name }) => [id, { id, number, name }]))
  return uses.map(({ botId, draft, live }) => {
    const bot = actor.can(viewScenarios, botId) ? byId.get(botId) : undefined
    return { ...(bot === undefined ? {} : { bot }), draft, live }
  })
}

const documentOf = ({ name, description, group, code, config, documentation }: ActionDocument): ActionDocument => ({
  ...{ name, description, group, code, config, documentation },
})

/** Custom actions: list, write, check, try out, versions. */
export const actionRoutes = (http: RouteBuilder<Cradle>): Route[] => [
  http.get(
    '/actions',
    {
      permission: viewActions,
      response: z.object({ actions: z.array(saved.extend({ uses: z.number() })) }),
      summary: 'Custom actions by name, each with the number of bots whose scenarios use it',
    },
    async (_call, { actionStore, scenarios }) => {
      const actions = await actionStore.list()
      const uses = await scenarios.usesOfActions(actions.map(({ id }) => id))
      return {
        actions: actions.map((action) => ({
          ...action,
          updatedAt: action.updatedAt.toISOString(),
          uses: uses.filter((one) => one.action === action.id).length,
        })),
      }
    },
  ),

  http.post(
    '/actions',
    { permission: editActions, maxBytes, body: actionDocument.extend({ id: actionId }), summary: 'Write a custom action' },
    async ({ body: { id, ...document }, actor }, { actionLibrary }) =>
      reply({ status: 201, body: shown(await actionLibrary.save({ id, document, from: undefined, by: actor.name })) }),
  ),

  http.get(
    '/actions/:id',
    {
      permission: viewActions,
      params,
      response: whole.extend({ uses: z.array(use), form: form.optional() }),
      summary: 'A custom action, the form of its parameters, and which scenarios use it',
    },
    async ({ params: { id }, actor }, { actionLibrary, scenarios, bots }) => {
      const action = await actionLibrary.get(id)
      const { config } = readConfig(action.config)
      return {
        ...shown(action),
        ...(config === undefined ? {} : { form: formOf(config) }),
        uses: await namedUses(await scenarios.usesOfActions([id]), bots, actor),
      }
    },
  ),

  http.put(
    '/actions/:id',
    {
      permission: editActions,
      params,
      maxBytes,
      body: actionDocument.extend(from.shape),
      response: whole,
      summary: 'Change a custom action; what was saved meanwhile is not overwritten',
    },
    async ({ params: { id }, body: { version, ...document }, actor }, { actionLibrary }) =>
      shown(await actionLibrary.save({ id, document, from: version, by: actor.name })),
  ),

  http.delete(
    '/actions/:id',
    { permission: deleteActions, params, summary: 'Delete a custom action; it can be brought back for a month' },
    async ({ params: { id } }, { actionLibrary }) => {
      await actionLibrary.remove(id)
      return reply({ status: 204 })
    },
  ),

  http.post(
    '/actions/:id/bring-back',
    { permission: deleteActions, params, response: whole, summary: 'Bring back a custom action that was deleted' },
    async ({ params: { id } }, { actionLibrary }) => shown(await actionLibrary.bringBack(id)),
  ),

  http.get(
    '/actions/:id/versions',
    {
      permission: viewActions,
      params,
      response: z.object({ versions: z.array(z.object({ version: z.number(), savedAt: z.iso.datetime(), savedBy: z.string() })) }),
      summary: 'Versions of a custom action, newest first; the last hundred are kept',
    },
    async ({ params: { id } }, { actionLibrary, actionStore }) => {
      await actionLibrary.get(id)
      return { versions: (await actionStore.versions(id)).map((one) => ({ ...one, savedAt: one.savedAt.toISOString() })) }
    },
  ),

  http.get(
    '/actions/:id/versions/:version',
    { permission: viewActions, params: versionParams, response: actionDocument, summary: 'A custom action as it was in a version' },
    async ({ params: { id, version } }, { actionLibrary }) => documentOf(await actionLibrary.version(id, version)),
  ),

  http.post(
    '/actions/:id/versions/:version/restore',
    { permission: editActions, params: versionParams, body: from, response: whole, summary: 'Make an older version the newest one' },
    async ({ params: { id, version }, body, actor }, { actionLibrary }) =>
      shown(await actionLibrary.restoreVersion(id, version, body.version, actor.name)),
  ),

  http.get(
    '/actions/:id/runs',
    {
      // what an action writes to its log may be what clients wrote
      permission: editActions,
      params,
      response: z.object({
        runs: z.array(
          z.object({
            id: z.string(),
            version: z.number(),
            conversationId: z.string(),
            at: z.iso.datetime(),
            event: z.string().optional(),
            failure: failure.optional(),
            log: z.array(logLine),
            duration: z.number(),
          }),
        ),
      }),
      summary: 'The last runs in scenarios that failed or wrote something',
    },
    async ({ params: { id } }, { runLog }) => ({
      runs: (await runLog.last(id)).map(({ actionId: _actionId, event, failure: failed, ...run }) => ({
        ...run,
        at: run.at.toISOString(),
        ...(event === undefined ? {} : { event }),
        ...(failed === undefined ? {} : { failure: failed }),
      })),
    }),
  ),

  http.post(
    '/check',
    {
      // it runs the outermost lines of the code
      permission: editActions,
      maxBytes,
      rateLimit: 120,
      unaudited: 'nothing is written',
      body: z.object({ id: z.string().max(200), code: z.string().max(200_000), config: json }),
      response: z.object({ problems: z.array(problem), form: form.optional() }),
      summary: 'Everything that is wrong with an action, and the form of its parameters',
    },
    async ({ body: { id, code, config } }, { actionCheck }) => {
      const { problems, form: drawn } = await actionCheck.check(id, { code, config })
      return { problems: problems.map((one) => ({ ...one, values: { ...one.values } })), ...(drawn === undefined ? {} : { form: drawn }) }
    },
  ),

  http.post(
    '/test',
    {
      permission: editActions,
      maxBytes,
      rateLimit: 120,
      body: z.object({ id: actionId, code: z.string().max(200_000), config: json, parameters: json.default({}), constants: json.default({}) }),
      response: z.object({
        event: z.string().optional(),
        constants: json,
        removed: z.array(z.string()),
        log: z.array(logLine),
        duration: z.number().optional(),
        failure: failure.optional(),
      }),
      summary: 'Run an action as it is on the page, with these parameters and constants',
    },
    async ({ body, signal }, { actionRunner, audit, http: client }) => {
      // what the code sends to other systems is done in the name of whoever tries it out
      await audit.record({
        action: 'custom_action.test',
        object: { type: 'custom_action', id: body.id },
        after: { code: hashOfCode(body.code), parameters: Object.keys(body.parameters) },
      })
      return await tryOut(body, { actionRunner, client, signal })
    },
  ),
]
