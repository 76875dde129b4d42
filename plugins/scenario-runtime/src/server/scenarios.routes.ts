import { reply, type Route, type RouteBuilder } from '@parley/plugin-api'
import type { Bots } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import { editScenarios, viewScenarios } from '../api/index.ts'
import type { ScenarioLibrary } from './scenario-library.ts'
import type { ScenarioStore } from './stores/scenario-store.ts'

interface Cradle {
  readonly scenarioLibrary: ScenarioLibrary
  readonly scenarioStore: ScenarioStore
  readonly bots: Bots
}

const maxBytes = 5 * 1024 * 1024

const params = z.object({ botId: z.uuid() })
const versionParams = params.extend({ version: z.coerce.number().int().min(1) })
const document = z.record(z.string(), z.unknown())

const problem = z.object({
  level: z.enum(['error', 'warning']),
  path: z.string(),
  section: z.string().optional(),
  node: z.string().optional(),
  message: z.string(),
})
const problems = z.array(problem)

const view = ({ params: { botId } }: { params: z.output<typeof params> }) => ({ permission: viewScenarios, botId })
const edit = ({ params: { botId } }: { params: z.output<typeof params> }) => ({ permission: editScenarios, botId })

const summary = z.object({
  bot: z.object({ id: z.string(), number: z.number(), name: z.string() }),
  draft: z.object({ revision: z.number(), at: z.iso.datetime(), changed: z.boolean() }).optional(),
  published: z.object({ version: z.number(), at: z.iso.datetime(), by: z.string() }).optional(),
})

const version = z.object({
  version: z.number(),
  at: z.iso.datetime(),
  by: z.string(),
  warnings: z.number(),
  archivedAt: z.iso.datetime().optional(),
})

const change = z.object({
  change: z.enum(['added', 'removed', 'changed']),
  what: z.enum(['section', 'node', 'edge', 'constant', 'translation']),
  section: z.string().optional(),
  id: z.string(),
  title: z.string(),
})

const fileName = (number: number): string => `scenario-bot-${number}.json`

const exported = async (bots: Bots, botId: string, text: string) => {
  const bot = await bots.get(botId)
  return reply({
    headers: { 'content-type': 'application/json; charset=utf-8', 'content-disposition': `attachment; filename="${fileName(bot?.number ?? 0)}"` },
    body: text,
  })
}

/** Scenarios as documents: list, import, check, publish, versions. */
export const scenarioRoutes = (http: RouteBuilder<Cradle>): Route[] => [
  http.get(
    '/scenarios',
    { permission: viewScenarios, response: z.array(summary), summary: 'Bots with their draft and their live version' },
    async ({ actor }, { bots, scenarioStore }) => {
      const [known, stored] = await Promise.all([bots.list(), scenarioStore.summaries()])
      const byBot = new Map(stored.map((item) => [item.botId, item]))
      return known
        .filter(({ id }) => actor.can(viewScenarios, id))
        .map(({ id, number, name }) => {
          const item = byBot.get(id)
          const { publishedAt, publishedBy, number: live } = item ?? {}
          return {
            bot: { id, number, name },
            ...(item === undefined ? {} : { draft: { revision: item.revision, at: item.draftAt.toISOString(), changed: item.changed } }),
            ...(live === undefined || publishedAt === undefined
              ? {}
              : { published: { version: live, at: publishedAt.toISOString(), by: publishedBy ?? '' } }),
          }
        })
    },
  ),

  http.get(
    '/bots/:botId/draft',
    {
      params,
      permission: view,
      response: z.object({ document, revision: z.number(), at: z.iso.datetime(), problems }),
      summary: 'The draft with its problems',
    },
    async ({ params: { botId } }, { scenarioLibrary }) => {
      const draft = await scenarioLibrary.draft(botId)
      const given = JSON.parse(draft.draft) as unknown
      return { document: given, revision: draft.revision, at: draft.draftAt.toISOString(), problems: (await scenarioLibrary.check(given)).problems }
    },
  ),

  http.put(
    '/bots/:botId/draft',
    {
      params,
      permission: edit,
      maxBytes,
      body: z.object({ document, revision: z.number().int().optional() }),
      response: z.object({ scenarioId: z.string(), revision: z.number(), problems }),
      summary: 'Import a document into the draft; mistakes that can be mended are stored and listed',
    },
    ({ params: { botId }, body }, { scenarioLibrary }) => scenarioLibrary.importDraft(botId, body.document, body.revision),
  ),

  http.post(
    '/bots/:botId/validate',
    {
      params,
      permission: view,
      maxBytes,
      body: z.object({ document }),
      response: z.object({ problems, readable: z.boolean() }),
      unaudited: 'nothing is written',
      summary: 'Lists the problems of a document',
    },
    async ({ body }, { scenarioLibrary }) => scenarioLibrary.check(body.document),
  ),

  http.get(
    '/bots/:botId/export',
    { params, permission: view, summary: 'The draft as a file' },
    async ({ params: { botId } }, { scenarioLibrary, bots }) => exported(bots, botId, (await scenarioLibrary.draft(botId)).draft),
  ),

  http.get(
    '/bots/:botId/changes',
    {
      params,
      permission: view,
      response: z.object({
        changes: z.array(change),
        live: z.number().optional(),
        standing: z.array(z.object({ node: z.string(), title: z.string(), count: z.number() })),
      }),
      summary: 'What publishing would change, and how many conversations stand in the live version',
    },
    ({ params: { botId } }, { scenarioLibrary }) => scenarioLibrary.pending(botId),
  ),

  http.post(
    '/bots/:botId/publish',
    { params, permission: edit, response: z.object({ version: z.number(), problems }), summary: 'Makes the draft the live version' },
    ({ params: { botId }, actor }, { scenarioLibrary }) => scenarioLibrary.publish(botId, actor.name),
  ),

  http.get(
    '/bots/:botId/versions',
    {
      params,
      permission: view,
      query: z.object({ before: z.coerce.number().int().optional() }),
      response: z.array(version),
      summary: 'Published versions, newest first',
    },
    async ({ params: { botId }, query }, { scenarioStore }) =>
      (await scenarioStore.versions(botId, query.before)).map(({ number, publishedAt, publishedBy, warnings, archivedAt }) => ({
        version: number,
        at: publishedAt.toISOString(),
        by: publishedBy,
        warnings,
        ...(archivedAt === undefined ? {} : { archivedAt: archivedAt.toISOString() }),
      })),
  ),

  http.get(
    '/bots/:botId/versions/:version/export',
    { params: versionParams, permission: view, summary: 'A published version as a file' },
    async ({ params: { botId, version: number } }, { scenarioLibrary, bots }) =>
      exported(bots, botId, (await scenarioLibrary.version(botId, number)).document),
  ),

  http.post(
    '/bots/:botId/versions/:version/restore',
    {
      params: versionParams,
      permission: edit,
      response: z.object({ scenarioId: z.string(), revision: z.number(), problems }),
      summary: 'Put a version back into the draft; publishing it is another step',
    },
    async ({ params: { botId, version: number } }, { scenarioLibrary }) => {
      const { document: text } = await scenarioLibrary.version(botId, number)
      return await scenarioLibrary.importDraft(botId, JSON.parse(text))
    },
  ),
]
