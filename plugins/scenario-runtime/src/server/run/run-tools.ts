import type { Clock, HttpClient, Logger } from '@parley/plugin-api'
import type { Conversations, Inbox, Outbox } from '@parley/plugin-conversations/api'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config.ts'
import type { ScenarioCache } from '../scenario-cache.ts'
import type { SessionMemory } from '../stores/session-memory.ts'
import type { SessionStore } from '../stores/session-store.ts'
import type { Templates } from '../templates/templates.ts'

/** What a run works with. */
export interface RunTools {
  readonly sessionStore: SessionStore
  readonly sessionMemory: SessionMemory
  readonly scenarioCache: ScenarioCache
  readonly catalogue: Catalogue
  readonly templates: Templates
  readonly conversations: Conversations
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly http: HttpClient
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
}

/** Takes the tools out of the container once: a run must not resolve names at every step. */
export const createRunTools = (cradle: RunTools): RunTools => ({
  sessionStore: cradle.sessionStore,
  sessionMemory: cradle.sessionMemory,
  scenarioCache: cradle.scenarioCache,
  catalogue: cradle.catalogue,
  templates: cradle.templates,
  conversations: cradle.conversations,
  inbox: cradle.inbox,
  outbox: cradle.outbox,
  http: cradle.http,
  clock: cradle.clock,
  log: cradle.log,
  config: cradle.config,
})
