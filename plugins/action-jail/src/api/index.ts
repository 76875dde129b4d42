import { permission } from '@parley/plugin-api'

/** What a custom action is made of, as people write it. */
export interface ActionDocument {
  readonly name: string
  readonly description: string
  readonly group: string
  /** JavaScript whose function of the action's id is exported. */
  readonly code: string
  /** `parameters`, `ui.groups`, `json_example`, `events_schema`, `time_limit`. Other keys are kept. */
  readonly config: Readonly<Record<string, unknown>>
  /** Markdown. */
  readonly documentation: string
}

/** A custom action as it is now. */
export interface CustomAction extends ActionDocument {
  /** `action_…`; never changes. */
  readonly id: string
  /** Grows with each save; a save names the one it began from. */
  readonly version: number
  readonly updatedAt: string
  readonly updatedBy: string
}

/** The five parts of an action. */
export type ActionPart = 'information' | 'code' | 'config' | 'form' | 'documentation'

/** What a check of an action found, and where. */
export interface ActionProblem {
  readonly level: 'error' | 'warning'
  readonly part: ActionPart
  /** For words in the reader's language. */
  readonly code: string
  /** In English. */
  readonly message: string
  /** Where in the JSON config, such as `parameters.0.name`. */
  readonly path?: string
  /** Line and column of the code, from 1. */
  readonly line?: number
  readonly column?: number
  /** What the words name. */
  readonly values?: Readonly<Record<string, string | number>>
}

export const viewActions = permission('action_jail', 'view', 'See custom actions')
export const editActions = permission('action_jail', 'edit', 'Change and test custom actions')
export const deleteActions = permission('action_jail', 'delete', 'Delete custom actions')
