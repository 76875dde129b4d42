import {
  extensionPoint,
  type Batch,
  type EventType,
  type Logger,
  type OutboundOptions,
  type OutboundResponse,
  type Schema,
  type Transaction,
} from '@parley/plugin-api'
import type { Conversation, MessageContentInput } from '@parley/plugin-conversations/api'

/** What a node may see and do while it runs. Effects go into `batch` and commit together with the session's new state. */
export interface StepContext {
  readonly conversation: Conversation
  readonly botId: string
  /** The whole state of the session: constants, current node, what is waited for. */
  readonly state: Readonly<Record<string, unknown>>
  readonly constants: Readonly<Record<string, unknown>>
  /** Sets a constant; read afterwards as `{{key}}`. */
  set(key: string, value: unknown): void
  /** Fills `{{placeholders}}` in a text, or in every text of a value. */
  fill<T>(value: T): T
  /** The same, but a text that is one placeholder becomes the value itself: numbers stay numbers, lists lists. */
  values(value: unknown): unknown
  /** Sends to the client as the bot. */
  reply(content: MessageContentInput): void
  readonly batch: Batch
  /**
   * One call to the outside world, between two commits. The intent is committed first; after a crash in flight the call is repeated with the same
   * `Idempotency-Key` when `repeatable`, else the step leaves by `error` with the reason `unknown`. Never silently twice.
   */
  call(url: string, options: OutboundOptions & { readonly repeatable?: boolean }): Promise<OutboundResponse>
  /** An id to wait for: return `{ wait: { … } }` and resume later by `ScenarioRuns.resume(waitId, …)`. */
  readonly waitId: string
  readonly log: Logger
  readonly signal: AbortSignal
}

/**
 * A parameter that names an entry point says so by this JSON Schema format, and the validator checks that the alias exists.
 *
 * @example alias: z.string().meta({ format: aliasFormat })
 */
export const aliasFormat = 'scenario-alias'

/** Leave by an output, or by several (one branch after another), or wait: for the client's next message, for a resume, or for time (milliseconds). */
export type StepResult =
  | { readonly output: string }
  | { readonly outputs: readonly string[] }
  | { readonly goto: string }
  | { readonly end: true }
  | { readonly wait: { readonly for: 'input' | 'resume'; readonly timeout?: number } }

/** How a waiting node was woken. */
export type Wake =
  | { readonly by: 'input'; readonly content: { readonly kind: string; readonly text: string; readonly [field: string]: unknown } }
  | { readonly by: 'resume'; readonly outcome: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly by: 'timeout' }

/** What a node's own check found; `path` is a JSON pointer into its parameters. */
export interface ParameterProblem {
  readonly level: 'error' | 'warning'
  readonly path: string
  readonly message: string
}

/** A kind of node with a behaviour of its own. @example add(scenarioNodes, 'csat', ({ csat }) => csat) */
export interface ScenarioNode<Parameters = any> {
  readonly type: string
  readonly version: number
  readonly title: string
  /** Does nothing outside and waits for nothing: a message that meets only such nodes is stored and answered in one commit. */
  readonly quick?: true
  readonly category: 'basic' | 'messaging' | 'data' | 'people' | 'integration' | 'flow'
  readonly parameters: Schema<Parameters>
  /** Ports by name; data decides for nodes such as the keyboard. */
  outputs(parameters: Parameters): readonly string[]
  run(context: StepContext, parameters: Parameters): StepResult | Promise<StepResult>
  /** Called instead of `run` when the node waited. What was put into `state.memory` (an object of the step's own) survives between. */
  wake?(context: StepContext, parameters: Parameters, wake: Wake): StepResult | Promise<StepResult>
  /** Problems a validator cannot see, such as a parameter that is kept but not yet in effect. */
  check?(parameters: Parameters): readonly ParameterProblem[]
}
export const scenarioNodes = extensionPoint<ScenarioNode>('scenario.nodes@1')

/** An action of the node "Action": `plugin_id__name`; the returned string picks the edge. Names are accepted with and without the prefix `action_`. */
export interface ScenarioAction<Parameters = any> {
  readonly id: string
  readonly title: string
  readonly group: string
  readonly description: string
  readonly parameters: Schema<Parameters>
  readonly outcomes: readonly string[]
  run(context: StepContext, parameters: Parameters): Promise<StepResult>
  wake?(context: StepContext, parameters: Parameters, wake: Wake): Promise<StepResult>
  check?: ScenarioNode<Parameters>['check']
}
export const scenarioActions = extensionPoint<ScenarioAction>('scenario.actions@1')

/** Actions that come, change and go while the platform runs, such as those that people write. What a plugin contributes itself wins over one of the same name. */
export interface ScenarioActionSource {
  /**
   * All there are now, by id: the same object as long as an action did not change, because what is made of it is kept. Asked before every step that runs
   * such an action, before every check and every list, in each process, so it must be quick when nothing changed, and the same in all of them.
   *
   * @param options.within as this transaction sees them; nothing of that may be kept.
   */
  actions(options?: { readonly within?: Transaction }): Promise<ReadonlyMap<string, ScenarioAction>>
}

/** @example add(scenarioActionSources, 'action-jail', ({ customActions }) => customActions) */
export const scenarioActionSources = extensionPoint<ScenarioActionSource>('scenario.action-sources@1')

/** Something that starts a section: an event of the platform and a filter. */
export interface ScenarioTrigger<P = any> {
  readonly type: string
  readonly title: string
  readonly event: EventType<P>
  readonly filter: Schema<any>
  matches(payload: P, filter: unknown): boolean
  /** The conversation the section runs in, and what enters its state. */
  start(payload: P): { readonly conversationId: string; readonly data: Readonly<Record<string, unknown>> }
}
export const scenarioTriggers = extensionPoint<ScenarioTrigger>('scenario.triggers@1')
