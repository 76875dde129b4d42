import type { JsonSchema } from '@parley/ui-kit'
import type { ActionProblem, CustomAction } from '../api/index.ts'

export interface ActionSummary {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly group: string
  readonly version: number
  readonly updatedAt: string
  readonly updatedBy: string
  /** Bots whose scenarios use it. */
  readonly uses: number
}

export interface ActionUse {
  readonly bot?: { readonly id: string; readonly number: number; readonly name: string }
  readonly draft: number
  readonly live: number
}

export interface LoadedAction extends CustomAction {
  readonly uses: readonly ActionUse[]
  readonly form?: ActionForm
}

/** What stands in the fields of the page: the config as its text. */
export interface ActionFields {
  id: string
  name: string
  description: string
  group: string
  code: string
  configText: string
  documentation: string
}

export interface ActionForm {
  readonly schema: JsonSchema
  readonly groups: readonly { readonly title: string; readonly parameters: readonly string[] }[]
  readonly events: readonly { readonly name: string; readonly description?: string }[]
}

export interface CheckResult {
  readonly problems: readonly ActionProblem[]
  readonly form?: ActionForm
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
}

export interface RunFailure {
  readonly reason: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly trace?: string
}

export interface TestResult {
  readonly event?: string
  readonly constants: Readonly<Record<string, unknown>>
  readonly removed: readonly string[]
  readonly log: readonly LogLine[]
  readonly duration?: number
  readonly failure?: RunFailure
}

export interface ActionRun {
  readonly id: string
  readonly version: number
  readonly conversationId: string
  readonly at: string
  readonly event?: string
  readonly failure?: RunFailure
  readonly log: readonly LogLine[]
  readonly duration: number
}

export interface ActionVersion {
  readonly version: number
  readonly savedAt: string
  readonly savedBy: string
}
