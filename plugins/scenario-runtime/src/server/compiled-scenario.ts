import type { ScenarioNode } from '../api/index.ts'
import type { Catalogue } from './catalogue.ts'
import { aliasesOf, isEntry, type NodeDocument, type ScenarioDocument } from './document/scenario-document.ts'
import { exitOutput } from './nodes/exit-point.node.ts'
import { prepareParameters, type PreparedParameters } from './parameters.ts'

/** An edge whose document names no output leaves by the first one. */
const firstOutput = ''

/** What runs for a node now; made again when the plugin that brings the kind was replaced. */
export interface BoundNode {
  readonly kind: ScenarioNode
  readonly parameters: PreparedParameters
}

export class CompiledNode {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly section: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly document: NodeDocument
  readonly next = new Map<string, CompiledNode>()
  #bound: BoundNode | undefined

  constructor(document: NodeDocument, section: string) {
    this.document = document
    this.id = document.id
    this.type = document.type
    this.name = document.title ?? document.id
    this.section = section
    this.parameters = document.parameters ?? {}
  }

  /** The name of what runs here: of the action where the node stores one. */
  get calls(): string {
    const { templateId } = this.parameters
    return this.type === 'action' && typeof templateId === 'string' ? templateId : this.type
  }

  /** Parameters are checked once for each implementation, not at every step. */
  bind(catalogue: Catalogue): BoundNode | undefined {
    const kind = catalogue.node(this.type)
    if (kind === undefined) return undefined
    if (this.#bound?.kind !== kind) this.#bound = { kind, parameters: prepareParameters(kind.parameters, this.parameters) }
    return this.#bound
  }

  follow(output: string, outputs: () => readonly string[]): CompiledNode | undefined {
    const next = this.next.get(output)
    if (next !== undefined || !this.next.has(firstOutput)) return next
    return outputs()[0] === output ? this.next.get(firstOutput) : undefined
  }
}

export interface ScenarioOwner {
  readonly id: string
  /** The small number of the documented product. */
  readonly number: number
  readonly language: string
}

/** A published version as maps: everything a step needs is one lookup away. */
export class CompiledScenario {
  readonly versionId: string
  readonly bot: ScenarioOwner
  readonly title: string
  readonly constants: Readonly<Record<string, unknown>>
  readonly translations: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Settings of the installation are read only for scenarios that print them. */
  readonly usesInstanceSettings: boolean
  readonly #nodes = new Map<string, CompiledNode>()
  readonly #entries = new Map<string, CompiledNode>()
  readonly #starts = new Map<string, CompiledNode>()
  readonly #main: string | undefined

  constructor(versionId: string, document: ScenarioDocument, bot: ScenarioOwner) {
    this.versionId = versionId
    this.bot = bot
    this.title = document.title
    this.constants = document.constants ?? {}
    this.translations = document.translations ?? {}
    this.usesInstanceSettings = JSON.stringify(document.sections).includes('instance_settings.')
    this.#main = document.main ?? document.sections[0]?.id
    for (const section of document.sections) for (const node of section.nodes) this.#add(new CompiledNode(node, section.id))
    for (const section of document.sections) {
      for (const edge of section.edges) {
        const to = this.#nodes.get(edge.to)
        if (to !== undefined) this.#nodes.get(edge.from)?.next.set(edge.output ?? firstOutput, to)
      }
    }
    for (const node of this.#nodes.values()) if (node.type === 'exit-point') this.#linkExit(node)
  }

  /** Where a conversation begins. */
  get start(): CompiledNode | undefined {
    return this.#main === undefined ? undefined : this.#starts.get(this.#main)
  }

  get starts(): Iterable<CompiledNode> {
    return this.#starts.values()
  }

  node(id: string): CompiledNode | undefined {
    return this.#nodes.get(id)
  }

  entry(alias: string): CompiledNode | undefined {
    return this.#entries.get(alias)
  }

  #add(node: CompiledNode): void {
    this.#nodes.set(node.id, node)
    if (node.type === 'start') this.#starts.set(node.section, node)
    if (isEntry(node.document)) for (const alias of aliasesOf(node.document)) this.#entries.set(alias, node)
  }

  #linkExit(exit: CompiledNode): void {
    const { alias, section } = exit.parameters
    const target =
      typeof alias === 'string' && alias !== '' ? this.#entries.get(alias) : typeof section === 'string' ? this.#starts.get(section) : undefined
    if (target !== undefined) exit.next.set(exitOutput, target)
  }
}
