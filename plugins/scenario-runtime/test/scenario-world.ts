import { randomUUID } from 'node:crypto'
import type { Audit, ExtensionPoint, HttpClient, OutboundOptions, Points } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import type { Bots, MessageContentInput, Turn } from '@parley/plugin-conversations/api'
import { createTestClock } from '@parley/services'
import { createTestDatabase, silentLogger } from '@parley/test-kit'
import {
  scenarioActions,
  scenarioActionSources,
  scenarioNodes,
  type ScenarioAction,
  type ScenarioActionSource,
  type ScenarioNode,
} from '../src/api/index.ts'
import { builtInActions, builtInNodes } from '../src/server/built-in.ts'
import { Catalogue } from '../src/server/catalogue.ts'
import { ClientFields } from '../src/server/client-fields.ts'
import { config } from '../src/server/config.ts'
import { migrations } from '../src/server/migrations/index.ts'
import { ActiveRuns } from '../src/server/run/active-runs.ts'
import { createRunTools } from '../src/server/run/run-tools.ts'
import { ScenarioHolder } from '../src/server/run/scenario-holder.ts'
import { Runs } from '../src/server/runs.ts'
import { ScenarioCache } from '../src/server/scenario-cache.ts'
import { ScenarioLibrary } from '../src/server/scenario-library.ts'
import { ScenarioStore } from '../src/server/stores/scenario-store.ts'
import { SessionMemory } from '../src/server/stores/session-memory.ts'
import { SessionStore } from '../src/server/stores/session-store.ts'
import { Templates } from '../src/server/templates/templates.ts'
import { FakeLane, type Crash } from './fake-lane.ts'

export interface WorldOptions {
  readonly nodes?: readonly ScenarioNode[]
  readonly actions?: readonly ScenarioAction[]
  readonly source?: ScenarioActionSource
  readonly http?: (url: string, options: OutboundOptions) => Promise<{ status: number; body: unknown }>
  readonly settings?: Readonly<Record<string, string>>
  readonly maxSteps?: number
}

export interface Call {
  readonly url: string
  readonly options: OutboundOptions
}

/** Points with what the tests put there. */
export const fixedPoints = (contents: Readonly<Record<string, ReadonlyMap<string, unknown>>>): Points => ({
  get: <T>(point: ExtensionPoint<T>) => (contents[point.id] ?? new Map()) as ReadonlyMap<string, T>,
})

/** A catalogue of the built-in nodes and actions and any others. */
export const testCatalogue = (options: Pick<WorldOptions, 'nodes' | 'actions' | 'source'> = {}, clientFields?: ClientFields): Catalogue => {
  const nodes = new Map<string, unknown>()
  const actions = new Map<string, unknown>()
  const sources = new Map<string, unknown>(options.source === undefined ? [] : [['test', options.source]])
  const points = fixedPoints({ [scenarioNodes.id]: nodes, [scenarioActions.id]: actions, [scenarioActionSources.id]: sources })
  const catalogue = new Catalogue({ points })
  for (const [type, create] of Object.entries(builtInNodes)) nodes.set(type, create({ catalogue, points }))
  for (const [id, create] of Object.entries(builtInActions)) actions.set(id, create({ points, clientFields: clientFields ?? ({} as ClientFields) }))
  for (const node of options.nodes ?? []) nodes.set(node.type, node)
  for (const action of options.actions ?? []) actions.set(action.id, action)
  return catalogue
}

const answering =
  (calls: Call[], answer: WorldOptions['http']): HttpClient =>
  async (url, options = {}) => {
    calls.push({ url: String(url), options })
    const { status, body } = (await answer?.(String(url), options)) ?? { status: 200, body: {} }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return {
      status,
      ok: status < 300,
      headers: {},
      text: async () => text,
      json: async () => JSON.parse(text) as unknown,
      bytes: async () => Buffer.from(text),
    }
  }

/** The runtime on a real database, with a lane in place of conversations. */
export const createWorld = async (options: WorldOptions = {}) => {
  const database = await createTestDatabase({ plugins: [{ id: 'scenario-runtime', migrations }] })
  const { db } = database
  const clock = createTestClock()
  const botId = randomUUID()
  const calls: Call[] = []
  const audited: string[] = []
  const fields: Record<string, unknown> = {}
  const clients = {
    fields: async () => ({ ...fields }),
    setFields: async (_id: string, changed: Record<string, unknown>, given?: Parameters<Clients['setFields']>[2]) =>
      given?.within?.afterCommit(() => void Object.assign(fields, changed)),
  } as unknown as Clients
  const bots = { get: async () => ({ id: botId, number: 7, name: 'Shop', active: true, language: 'uk' }) } as unknown as Bots
  const audit: Audit = { record: async (entry, given) => void given?.within?.afterCommit(() => void audited.push(entry.action)) }
  const lane = new FakeLane({ db, clock, botId })

  const clientFields = new ClientFields({ clients })
  const catalogue = testCatalogue(options, clientFields)
  const templates = new Templates()
  const sessionStore = new SessionStore({ db })
  const scenarioStore = new ScenarioStore({ db })
  const settings = config.parse(options.maxSteps === undefined ? {} : { maxSteps: options.maxSteps })
  const activeRuns = new ActiveRuns()
  const library = new ScenarioLibrary({ db, scenarioStore, sessionStore, catalogue, templates, bots, audit, clock })

  /** As a process that has just started: nothing cached. */
  const start = () => {
    const scenarioCache = new ScenarioCache({ scenarioStore, bots, config: settings })
    const runTools = createRunTools({
      sessionStore,
      sessionMemory: new SessionMemory(),
      scenarioCache,
      catalogue,
      templates,
      conversations: lane.conversations as never,
      inbox: lane.inbox as never,
      outbox: lane.outbox as never,
      http: answering(calls, options.http),
      clock,
      log: silentLogger,
      config: settings,
    })
    const store = { get: async () => ({ values: options.settings ?? {} }) } as never
    return {
      holder: new ScenarioHolder({ runTools, settings: store, activeRuns }),
      runs: new Runs({ inbox: lane.inbox as never, sessionStore, scenarioStore, scenarioCache, activeRuns }),
    }
  }
  let process = start()

  const handle = async (item: Turn['item'], attempt = 0): Promise<MessageContentInput[]> => {
    const before = lane.sent.length
    await process.holder.handle(lane.turn(item, attempt))
    return lane.sent.slice(before)
  }

  return {
    ...{ database, db, clock, botId, calls, audited, fields, lane, library, catalogue, scenarioStore, sessionStore },
    get runs() {
      return process.runs
    },
    publish: async (document: unknown) => {
      await library.importDraft(botId, document)
      return await library.publish(botId, 'Test')
    },
    handle,
    say: (text: string, extra?: Parameters<FakeLane['message']>[1]) => handle(lane.message({ kind: 'text', text }, extra)),
    press: (value: string) => handle(lane.message({ kind: 'press', value })),
    send: (content: MessageContentInput, extra?: Parameters<FakeLane['message']>[1]) => handle(lane.message(content, extra)),
    /** Hands in what was posted and is due now, in order. */
    runPosted: async (): Promise<MessageContentInput[]> => {
      const before = lane.sent.length
      for (let at = 0; at < lane.posted.length;) {
        const post = lane.posted[at]
        if (post === undefined || (post.dueAt !== undefined && post.dueAt > clock.now())) at++
        else await handle(lane.command(lane.posted.splice(at, 1)[0]?.command ?? { holder: '', type: '', data: {} }))
      }
      return lane.sent.slice(before)
    },
    /** The process dies at a commit of this item, and another one takes the item up. */
    crashing: async (item: Turn['item'], crash: Crash): Promise<MessageContentInput[]> => {
      const before = lane.sent.length
      lane.crash = crash
      await process.holder.handle(lane.turn(item)).then(
        () => Promise.reject(new Error('It did not crash.')),
        (error: Error) => (error.name === 'Crashed' ? undefined : Promise.reject(error)),
      )
      lane.crash = undefined
      process = start()
      await process.holder.handle(lane.turn(item, 1))
      return lane.sent.slice(before)
    },
    session: async () => await sessionStore.find(lane.conversation.id),
    constants: async () => (await sessionStore.find(lane.conversation.id))?.state.const ?? {},
    close: () => database.close(),
  }
}

export type World = Awaited<ReturnType<typeof createWorld>>
