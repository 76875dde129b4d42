import type { ScenarioProblem } from '../../api/index.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Templates } from '../templates/templates.ts'
import { checkFlow } from './check-flow.ts'
import { checkJumps } from './check-jumps.ts'
import { checkNode, type CheckedNode } from './check-node.ts'
import { checkStructure } from './check-structure.ts'
import { readDocument } from './read-document.ts'

export interface CheckedDocument {
  readonly problems: readonly ScenarioProblem[]
  /** False when it is not a scenario at all, or a piece of it cannot even be kept. */
  readonly readable: boolean
}

const jsonSchemaOf = (catalogue: Catalogue, { kind, node }: CheckedNode): unknown => {
  const templateId = node.parameters?.['templateId']
  const action = typeof templateId === 'string' ? catalogue.action(templateId) : undefined
  return (action ?? kind)?.parameters['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
}

/** Finds all problems at once: of form, of names, of nodes, of edges, of jumps. Errors first, each in document order. */
export const checkDocument = (input: unknown, catalogue: Catalogue, templates: Templates): CheckedDocument => {
  const scenario = readDocument(input)
  const problems: ScenarioProblem[] = [...scenario.problems]
  const report = (problem: ScenarioProblem): void => void problems.push(problem)

  if (scenario.sections.length > 0) checkStructure(scenario, report)
  const checked = scenario.sections.map((section) => section.nodes.map((node) => checkNode(node, catalogue, templates, report)))
  const all = checked.flat()
  const everywhere = new Map(all.map((node) => [node.node.id, node]))
  for (const [index, section] of scenario.sections.entries()) checkFlow(section, checked[index] ?? [], everywhere, report)
  checkJumps(all, (node) => jsonSchemaOf(catalogue, node), report)

  const errors = problems.filter(({ level }) => level === 'error')
  return { problems: [...errors, ...problems.filter(({ level }) => level === 'warning')], readable: scenario.problems.length === 0 }
}
