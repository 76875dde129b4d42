import { reply, type Points, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { scenarioTriggers, viewScenarios } from '../api/index.ts'
import type { Catalogue } from './catalogue.ts'
import { shopScenario } from './demo/shop-scenario.ts'
import { documentSchema } from './document/document-schema.ts'
import type { SessionStore } from './stores/session-store.ts'
import { readHistory } from './run/run-history.ts'

interface Cradle {
  readonly catalogue: Catalogue
  readonly points: Points
  readonly sessionStore: SessionStore
}

const schemaOf = (schema: { readonly '~standard': { readonly jsonSchema: { input(options: { target: string }): Record<string, unknown> } } }) =>
  schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })

const json = z.record(z.string(), z.unknown())
const described = z.object({ title: z.string(), parameters: json })

/** What scenarios can be made of here, for editors. */
export const catalogueRoutes = (http: RouteBuilder<Cradle>): Route[] => [
  http.get(
    '/catalogue',
    {
      permission: viewScenarios,
      response: z.object({
        nodes: z.array(described.extend({ type: z.string(), version: z.number(), category: z.string() })),
        actions: z.array(described.extend({ id: z.string(), group: z.string(), description: z.string(), outcomes: z.array(z.string()) })),
        triggers: z.array(z.object({ type: z.string(), title: z.string(), filter: json })),
      }),
      summary: 'Nodes, actions and triggers that scenarios can be made of here',
    },
    async (_call, { catalogue, points }) => {
      await catalogue.refresh()
      return {
        nodes: [...catalogue.nodes.values()].map(({ type, version, title, category, parameters }) => ({
          type,
          version,
          title,
          category,
          parameters: schemaOf(parameters),
        })),
        actions: [...catalogue.actions.values()].map(({ id, title, group, description, outcomes, parameters }) => ({
          ...{ id, title, group, description, outcomes: [...outcomes] },
          parameters: schemaOf(parameters),
        })),
        triggers: [...points.get(scenarioTriggers).values()].map(({ type, title, filter }) => ({ type, title, filter: schemaOf(filter) })),
      }
    },
  ),

  http.get('/scenario.schema.json', { auth: 'public', summary: 'JSON Schema of a scenario document' }, async (_call, { catalogue }) => {
    await catalogue.refresh()
    return reply({
      headers: { 'content-type': 'application/schema+json; charset=utf-8' },
      body: JSON.stringify(documentSchema(catalogue.nodes.values(), catalogue.actions.values())),
    })
  }),

  http.get('/example', { permission: viewScenarios, response: json, summary: 'A scenario to begin with' }, async () => shopScenario),

  http.get(
    '/conversations/:conversationId/run',
    {
      params: z.object({ conversationId: z.uuid() }),
      permission: viewScenarios,
      response: z.object({
        node: z.string().optional(),
        waiting: z.string().optional(),
        constants: json,
        steps: z.array(z.object({ at: z.string(), node: z.string(), text: z.string() })),
      }),
      summary: 'Where the scenario stands with a client, and what it said last',
    },
    async ({ params: { conversationId }, actor }, { sessionStore }) => {
      const session = await sessionStore.find(conversationId)
      if (session === undefined || !actor.can(viewScenarios, session.botId)) return { constants: {}, steps: [] }
      const { node, state, history } = session
      return {
        ...(node === undefined ? {} : { node }),
        ...(state.waiting === undefined ? {} : { waiting: state.waiting.for }),
        constants: state.const,
        steps: readHistory(history, 50),
      }
    },
  ),
]
