import type { StepContext } from '../../api/index.ts'
import type { TemplateMode } from '../templates/template.ts'

/** What the runtime's own nodes see beyond the contract. */
export interface RuntimeStep extends StepContext {
  /** The node's title, or its id: where an answer is saved when the node says nothing else. */
  readonly nodeName: string
  /** The step's own notes while it waits. */
  readonly memory: Record<string, unknown>
  /** Fills one text; `html` escapes the values, `url` encodes them. */
  text(template: string, mode?: TemplateMode): string
  /** What `{{name}}` stands for. */
  lookup(name: string): unknown
  /** Whether an edge leaves the node by this output. */
  connected(output: string): boolean
}

/** Every step is made by this runtime, so the wider face is always there. */
export const runtimeStep = (context: StepContext): RuntimeStep => context as RuntimeStep
