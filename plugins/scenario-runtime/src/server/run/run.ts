import type { Batch } from '@parley/plugin-api'
import type { Conversation, MessageContentInput, OutgoingMessage, Turn } from '@parley/plugin-conversations/api'
import type { CompiledNode, CompiledScenario } from '../compiled-scenario.ts'
import { sendable, wordsOf } from './reply-content.ts'
import { RunHistory } from './run-history.ts'
import { RunScope } from './run-scope.ts'
import type { RunTools } from './run-tools.ts'
import { limitState } from './state-limit.ts'
import type { Interrupted, Session } from './session.ts'

const nothing: Readonly<Record<string, unknown>> = {}

/** One turn of one conversation: the session in work, and everything that will be committed with it. */
export class Run {
  readonly tools: RunTools
  readonly turn: Turn
  readonly session: Session
  readonly history: RunHistory
  batch: Batch
  readonly #newest: () => Promise<string | undefined>
  readonly #loadInstanceSettings: () => Promise<Readonly<Record<string, unknown>>>
  #instanceSettings: Readonly<Record<string, unknown>> | undefined
  #scenario: CompiledScenario
  #scope: RunScope | undefined
  #replies: OutgoingMessage[] = []
  #changed = false
  #committing = false
  #stored: string | undefined

  constructor(options: {
    tools: RunTools
    turn: Turn
    session: Session
    scenario: CompiledScenario
    newest: () => Promise<string | undefined>
    instanceSettings: () => Promise<Readonly<Record<string, unknown>>>
  }) {
    this.tools = options.tools
    this.turn = options.turn
    this.session = options.session
    this.#newest = options.newest
    this.#loadInstanceSettings = options.instanceSettings
    this.history = new RunHistory(options.session.history)
    this.batch = options.turn.batch()
    this.#scenario = options.scenario
  }

  get conversation(): Conversation {
    return this.turn.conversation
  }

  get scenario(): CompiledScenario {
    return this.#scenario
  }

  /** The bot's published version, where jumps by name and new starts lead. */
  async newest(): Promise<CompiledScenario | undefined> {
    const id = await this.#newest()
    return id === undefined ? undefined : await this.tools.scenarioCache.get(id)
  }

  /** A jump or a new start takes the newest version; everything else goes on in its own. */
  use(scenario: CompiledScenario): void {
    if (scenario === this.#scenario) return
    this.#scenario = scenario
    this.#scope = undefined
    this.session.versionId = scenario.versionId
  }

  get scope(): RunScope {
    this.#scope ??= new RunScope(this.session.state.const, this.#scenario, this.conversation, this.#instanceSettings ?? nothing)
    return this.#scope
  }

  /** Settings of the installation are read where something prints them: the scenario, or the default of an action's parameter. */
  async loadInstanceSettings(): Promise<void> {
    if (this.#instanceSettings !== undefined) return
    this.#instanceSettings = await this.#loadInstanceSettings()
    this.#scope = undefined
  }

  /** Before a step that only a source of actions can know. */
  async askSources(): Promise<void> {
    const { catalogue } = this.tools
    if (catalogue.hasSources) await Promise.all([catalogue.refresh(), this.loadInstanceSettings()])
  }

  set(key: string, value: unknown): void {
    if (key === '__proto__') return
    const constants = this.session.state.const
    if (value === undefined) delete constants[key]
    else constants[key] = typeof value === 'object' && value !== null ? plainCopy(value) : plainValue(value)
  }

  setAll(values: Readonly<Record<string, unknown>> | undefined): void {
    for (const [key, value] of Object.entries(values ?? {})) this.set(key, value)
  }

  say(content: MessageContentInput, node: CompiledNode): void {
    const message = sendable(content)
    if (message === undefined) return
    this.#replies.push({ author: { kind: 'bot' }, content: message })
    this.note(node.name, wordsOf(message))
  }

  /** A line in the history of the run. */
  note(node: string, text: string): void {
    this.history.append({ at: this.tools.clock.now(), node, text })
    this.touch()
  }

  /** Tells the client that the bot is at work; nobody waits for it. */
  showThinking(): void {
    const { conversations, log } = this.tools
    conversations.typing(this.conversation.id, { kind: 'bot' }).catch((error: unknown) => log.debug('Typing was not shown', { error }))
  }

  /** Something of the session changed, so it has to be stored. */
  touch(): void {
    this.#changed = true
  }

  /** Puts what was said so far into the batch: before a step of another plugin, whose lines must come after. */
  async flushReplies(): Promise<void> {
    if (this.#replies.length > 0) await this.#sendReplies()
  }

  #sendReplies(): Promise<unknown> {
    const replies = this.#replies
    this.#replies = []
    return this.tools.outbox.send(this.conversation.id, replies, { within: this.batch })
  }

  /** Commits what was done so far, with the step that is under way. */
  async commit(interrupted: Interrupted): Promise<void> {
    this.session.state.interrupted = interrupted
    this.touch()
    this.#committing = true
    await this.#write()
    await this.turn.commit(this.batch)
    this.#written()
    this.#committing = false
    this.batch = this.turn.batch()
  }

  /** A commit failed, so nothing in memory can be trusted: the turn must end with that error. */
  get lost(): boolean {
    return this.#committing
  }

  async finish(): Promise<void> {
    const { state } = this.session
    if (this.#changed || state.interrupted !== undefined) {
      state.interrupted = undefined
      state.item = this.turn.item.id
      this.#changed = true
    }
    await this.#write()
    await this.turn.finish(this.batch)
    const stored = this.#written()
    if (stored !== undefined) this.tools.sessionMemory.keep(this.conversation.id, this.session, stored)
  }

  /** What the commit stored, if it did. */
  #written(): string | undefined {
    const state = this.#stored
    if (state !== undefined) {
      this.session.version += 1
      this.history.written()
    }
    this.#stored = undefined
    return state
  }

  async #write(): Promise<void> {
    if (this.#replies.length > 0) await this.#sendReplies()
    if (!this.#changed) return
    const { clock, sessionStore } = this.tools
    const state = this.#stateText()
    this.session.history = this.history.text
    const { id: conversationId, botId } = this.conversation
    await sessionStore.save({ conversationId, botId, session: this.session, state, history: this.history.change, at: clock.now() }, this.batch)
    this.#changed = false
    this.#stored = state
  }

  #stateText(): string {
    const { state } = this.session
    const { config, log } = this.tools
    const text = JSON.stringify(state)
    const dropped = text.length <= config.maxStateSize ? [] : limitState(state, config.maxStateSize)
    if (dropped.length === 0) return text
    log.warn('Constants were dropped, because the state of the run is too large', { conversation: this.conversation.id, dropped })
    return JSON.stringify(state)
  }
}

const plainValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : value
}

// what is stored must survive JSON, and must not change behind our back when the node goes on using it
const plainCopy = (value: object): unknown => {
  try {
    return JSON.parse(JSON.stringify(value, (_key, item: unknown) => plainValue(item))) as unknown
  } catch {
    return undefined
  }
}
