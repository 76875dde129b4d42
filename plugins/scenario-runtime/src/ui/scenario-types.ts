import type { ScenarioProblem } from '../api/index.ts'

/** A bot in the list, with what it has. */
export interface ScenarioSummary {
  readonly bot: { readonly id: string; readonly number: number; readonly name: string }
  readonly draft?: { readonly revision: number; readonly at: string; readonly changed: boolean }
  readonly published?: { readonly version: number; readonly at: string; readonly by: string }
}

export interface ShownNode {
  readonly id: string
  readonly type: string
  readonly title?: string
  readonly alias?: string
  readonly parameters?: Readonly<Record<string, unknown>>
}

export interface ShownEdge {
  readonly from: string
  readonly output?: string
  readonly to: string
}

export interface ShownSection {
  readonly id: string
  readonly title: string
  readonly nodes: readonly ShownNode[]
  readonly edges: readonly ShownEdge[]
}

export interface ShownDocument {
  readonly title: string
  readonly description?: string
  readonly main?: string
  readonly sections: readonly ShownSection[]
}

export interface Draft {
  readonly document: ShownDocument
  readonly revision: number
  readonly at: string
  readonly problems: readonly ScenarioProblem[]
}

export interface Version {
  readonly version: number
  readonly at: string
  readonly by: string
  readonly warnings: number
  readonly archivedAt?: string
}

export interface Change {
  readonly change: 'added' | 'removed' | 'changed'
  readonly what: 'section' | 'node' | 'edge' | 'constant' | 'translation'
  readonly section?: string
  readonly id: string
  readonly title: string
}

export interface Pending {
  readonly changes: readonly Change[]
  readonly live?: number
  readonly standing: readonly { readonly node: string; readonly title: string; readonly count: number }[]
}
