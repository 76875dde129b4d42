import { permission, token, type Within } from '@parley/plugin-api'

/** The holder id under which the bot has a conversation. */
export const holderId = 'scenario-runtime'

/** The running scenario of a conversation, from outside. */
export interface ScenarioRuns {
  /** Wakes a waiting step by one of its outcomes. A wait that is over is ignored, so a late answer does no harm. */
  resume(
    conversationId: string,
    waitId: string,
    outcome: string,
    data?: Readonly<Record<string, unknown>>,
    options?: { within?: Within },
  ): Promise<void>
  /**
   * A late outcome of a step that the run has left (`connected`, long after `success`): the run goes on along that output of the node with this
   * `waitId`, in the session's version. Nothing happens when the output has no edge, or the session is gone.
   */
  leave(
    conversationId: string,
    waitId: string,
    outcome: string,
    data?: Readonly<Record<string, unknown>>,
    options?: { within?: Within },
  ): Promise<void>
  /** Takes the run to an alias of the bot's published scenario, whatever it was doing, and gives the conversation to the bot. */
  goto(conversationId: string, alias: string, data?: Readonly<Record<string, unknown>>, options?: { within?: Within }): Promise<void>
  /** The last steps of a conversation, newest last, for "what the bot talked about". */
  history(conversationId: string, count: number): Promise<{ at: string; node: string; text: string }[]>
  /** True when the bot's published scenario has the entry point. */
  hasAlias(botId: string, alias: string): Promise<boolean>
}
export const scenarioRuns = token<ScenarioRuns>('scenario-runtime.runs@1')

/** Where the plugin that contributes a trigger hands in each event of its kind: sections whose Start has the trigger, and whose filter matches, run. */
export interface ScenarioTriggerRuns {
  /** Answers how many sections were started; `key` (the event's id) makes a repeated delivery harmless. */
  fire(type: string, payload: unknown, options: { key: string }): Promise<number>
}
export const scenarioTriggerRuns = token<ScenarioTriggerRuns>('scenario-runtime.triggers@1')

/** Scenarios of bots, as documents. */
export interface Scenarios {
  /** Imports into the draft; the list of problems may be empty. Throws `unprocessable` when the document has errors. */
  import(botId: string, document: unknown): Promise<{ scenarioId: string; problems: ScenarioProblem[] }>
  publish(botId: string): Promise<{ version: number; problems: ScenarioProblem[] }>
  remove(botId: string): Promise<void>
  /** The live version's document; `undefined` when nothing is published. */
  published(botId: string): Promise<unknown>
  /** Which bots' drafts and live versions use these actions, with or without the prefix `action_`. */
  usesOfActions(ids: readonly string[]): Promise<ActionUse[]>
}
export const scenarios = token<Scenarios>('scenario-runtime.scenarios@1')

/** A bot whose scenario uses an action. */
export interface ActionUse {
  /** The action's id as it was asked for. */
  readonly action: string
  readonly botId: string
  /** Nodes of the draft, and of the live version, that run it. */
  readonly draft: number
  readonly live: number
}

/** What a check of a scenario found, and where. */
export interface ScenarioProblem {
  readonly level: 'error' | 'warning'
  /** JSON pointer into the document. */
  readonly path: string
  readonly section?: string
  readonly node?: string
  readonly message: string
}

export const viewScenarios = permission('scenarios', 'view', 'See scenarios', 'bot')
export const editScenarios = permission('scenarios', 'edit', 'Change and publish scenarios', 'bot')
