import { randomUUID } from 'node:crypto'
import type { Batch, Logger, OutboundOptions, OutboundResponse } from '@parley/plugin-api'
import type { Conversation, MessageContentInput } from '@parley/plugin-conversations/api'
import type { Wake } from '../../api/index.ts'
import type { CompiledNode } from '../compiled-scenario.ts'
import type { TemplateMode } from '../templates/template.ts'
import { OutsideCalls } from './outside-calls.ts'
import type { Run } from './run.ts'
import type { RuntimeStep } from './runtime-step.ts'
import type { CallRecord } from './session.ts'

/** Telegram shows a hint for five seconds. */
const thinkingEvery = 4000

/** Where a step begins: at a node, perhaps woken, perhaps a second time. */
export interface StepStart {
  readonly node: CompiledNode
  readonly wake?: Wake
  /** The id the step handed out before it waited or was interrupted. */
  readonly waitId?: string
  readonly calls?: readonly CallRecord[]
}

export class Step implements RuntimeStep {
  readonly node: CompiledNode
  readonly #run: Run
  readonly #start: StepStart
  readonly #steps: number
  #waitId: string | undefined
  #calls: OutsideCalls | undefined
  #scratch: Batch | undefined

  constructor(run: Run, start: StepStart, steps: number) {
    this.#run = run
    this.#start = start
    this.#steps = steps
    this.#waitId = start.waitId
    this.node = start.node
  }

  get conversation(): Conversation {
    return this.#run.conversation
  }

  get botId(): string {
    return this.#run.conversation.botId
  }

  get state(): Readonly<Record<string, unknown>> {
    const { state } = this.#run.session
    const { id, type, document, parameters } = this.node
    return { const: state.const, node: { id, type, alias: document.alias, json_obj: parameters }, waiting: state.waiting, memory: this.memory }
  }

  get constants(): Readonly<Record<string, unknown>> {
    return this.#run.session.state.const
  }

  get memory(): Record<string, unknown> {
    const { state } = this.#run.session
    state.memory ??= {}
    return state.memory
  }

  get nodeName(): string {
    return this.node.name
  }

  get log(): Logger {
    return this.#run.tools.log
  }

  get signal(): AbortSignal {
    return this.#run.turn.signal
  }

  get waitId(): string {
    this.#waitId ??= randomUUID()
    return this.#waitId
  }

  /** The id, when the step handed it out. */
  get usedWaitId(): string | undefined {
    return this.#waitId
  }

  /** While a step repeats what it did before a crash, its writes go nowhere: they are committed. */
  get batch(): Batch {
    if (!this.#replaying) return this.#run.batch
    this.#scratch ??= this.#run.turn.batch()
    return this.#scratch
  }

  set(key: string, value: unknown): void {
    if (!this.#replaying) this.#run.set(key, value)
  }

  reply(content: MessageContentInput): void {
    if (!this.#replaying) this.#run.say(content, this.node)
  }

  fill<T>(value: T): T {
    return this.#run.tools.templates.fill(value, this.#run.scope)
  }

  text(template: string, mode?: TemplateMode): string {
    return this.#run.tools.templates.fillText(template, this.#run.scope, mode)
  }

  values(value: unknown): unknown {
    return this.#run.tools.templates.values(value, this.#run.scope)
  }

  lookup(name: string): unknown {
    return this.#run.scope.lookup(name.split('.'), name)
  }

  connected(output: string): boolean {
    return this.node.next.has(output)
  }

  async call(url: string, options: OutboundOptions & { readonly repeatable?: boolean }): Promise<OutboundResponse> {
    this.#calls ??= this.#outsideCalls()
    // The hint is worth a few seconds on a client's screen: while the other side takes its time it is given again.
    const stop = this.#run.tools.clock.every(thinkingEvery, () => this.#run.showThinking())
    try {
      return await this.#calls.call(url, options)
    } finally {
      stop()
    }
  }

  /** Whether the step repeats what it did before a crash, and has not made all the calls that it made then. */
  get unfinished(): boolean {
    const { calls } = this.#start
    return calls !== undefined && calls.length > 0 && (this.#calls?.unfinished ?? true)
  }

  get #replaying(): boolean {
    const { calls } = this.#start
    return calls !== undefined && calls.length > 0 && (this.#calls?.replaying ?? true)
  }

  #outsideCalls(): OutsideCalls {
    const { wake, calls = [] } = this.#start
    const intend = (begun: readonly CallRecord[]): Promise<void> => {
      this.#run.showThinking()
      return this.#run.commit({
        item: this.#run.turn.item.id,
        node: this.node.id,
        waitId: this.waitId,
        steps: this.#steps,
        calls: begun,
        ...(wake === undefined ? {} : { wake }),
      })
    }
    return new OutsideCalls({ before: calls, intend, http: this.#run.tools.http, signal: this.signal })
  }
}
