import type { Within } from '@parley/plugin-api'
import type { Inbox } from '@parley/plugin-conversations/api'
import { holderId, type ScenarioRuns } from '../api/index.ts'
import type { ActiveRuns } from './run/active-runs.ts'
import type { RunCommand } from './run/commands.ts'
import { readHistory } from './run/run-history.ts'
import type { ScenarioCache } from './scenario-cache.ts'
import type { ScenarioStore } from './stores/scenario-store.ts'
import type { SessionStore } from './stores/session-store.ts'

type Data = Readonly<Record<string, unknown>>
type Options = { within?: Within }

interface Dependencies {
  readonly inbox: Inbox
  readonly sessionStore: SessionStore
  readonly scenarioStore: ScenarioStore
  readonly scenarioCache: ScenarioCache
  readonly activeRuns: ActiveRuns
}

/** Other plugins' hold on runs: everything that moves one goes through the conversation's lane. */
export class Runs implements ScenarioRuns {
  readonly #inbox: Inbox
  readonly #sessions: SessionStore
  readonly #scenarios: ScenarioStore
  readonly #cache: ScenarioCache
  readonly #active: ActiveRuns

  constructor({ inbox, sessionStore, scenarioStore, scenarioCache, activeRuns }: Dependencies) {
    this.#inbox = inbox
    this.#sessions = sessionStore
    this.#scenarios = scenarioStore
    this.#cache = scenarioCache
    this.#active = activeRuns
  }

  async resume(conversationId: string, waitId: string, outcome: string, data: Data = {}, options: Options = {}): Promise<void> {
    await this.#post(conversationId, { type: 'resume', waitId, outcome, data }, options)
  }

  async leave(conversationId: string, waitId: string, outcome: string, data: Data = {}, options: Options = {}): Promise<void> {
    await this.#post(conversationId, { type: 'leave', waitId, outcome, data }, options)
  }

  async goto(conversationId: string, alias: string, data: Data = {}, options: Options = {}): Promise<void> {
    await this.#post(conversationId, { type: 'goto', alias, data, hold: true }, options)
  }

  /** For calls from outside: `hold: false` leaves the conversation with the operator who has it. `key` makes it single. */
  async enter(conversationId: string, target: { node: string; data: Data; hold: boolean }, options: Options & { key?: string } = {}): Promise<void> {
    await this.#post(conversationId, { type: 'goto', ...target }, options)
  }

  async history(conversationId: string, count: number): Promise<{ at: string; node: string; text: string }[]> {
    const running = this.#active.history(conversationId)
    return readHistory(running ?? (await this.#sessions.find(conversationId))?.history ?? '', count)
  }

  async hasAlias(botId: string, alias: string): Promise<boolean> {
    const id = await this.#scenarios.publishedId(botId)
    const scenario = id === undefined ? undefined : await this.#cache.get(id)
    return scenario?.entry(alias) !== undefined
  }

  async #post(conversationId: string, { type, ...data }: RunCommand, options: Options & { key?: string }): Promise<void> {
    await this.#inbox.post(conversationId, { holder: holderId, type, data }, options)
  }
}
