import type { ScenarioNode, ScenarioProblem } from '../../api/index.ts'
import type { Catalogue } from '../catalogue.ts'
import { prepareParameters } from '../parameters.ts'
import type { Templates } from '../templates/templates.ts'
import { didYouMean } from './did-you-mean.ts'
import { issueWords } from './issue-words.ts'
import { issuePath, jsonPointer } from './json-pointer.ts'
import type { ReadNode } from './read-document.ts'

/** A node with what its kind says about it. */
export interface CheckedNode extends ReadNode {
  readonly kind: ScenarioNode | undefined
  /** `undefined` when they cannot be known: the kind is unknown or the parameters are wrong. */
  readonly outputs: readonly string[] | undefined
}

export type Report = (problem: ScenarioProblem) => void

const propertiesOf = (schema: ScenarioNode['parameters']): ReadonlySet<string> | undefined => {
  const json = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const properties = json['properties']
  const open = json['additionalProperties'] !== undefined && json['additionalProperties'] !== false
  return properties === undefined || open ? undefined : new Set(Object.keys(properties as object))
}

const textsOf = function* (value: unknown, path: readonly PropertyKey[]): Generator<[string, readonly PropertyKey[]]> {
  if (typeof value === 'string') yield [value, path]
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...path, key])
}

/** Parameters that a schema does not name are kept, and have no effect: most often a misspelling. */
export const unknownParameters = (schema: ScenarioNode['parameters'], raw: unknown): { path: string; message: string }[] => {
  const known = propertiesOf(schema)
  if (known === undefined || typeof raw !== 'object' || raw === null) return []
  return Object.keys(raw)
    .filter((key) => !known.has(key))
    .map((key) => ({ path: jsonPointer([key]), message: `"${key}" is not a parameter here: it is kept and has no effect.${didYouMean(key, known)}` }))
}

/** Everything about one node that needs no other node. */
export const checkNode = (read: ReadNode, catalogue: Catalogue, templates: Templates, report: Report): CheckedNode => {
  const { node, section, pointer } = read
  const raw = node.parameters ?? {}
  const say = (level: ScenarioProblem['level'], path: string, message: string): void =>
    report({ level, path: `${pointer}${path}`, section, node: node.id, message })

  for (const [text, path] of textsOf(raw, ['parameters'])) {
    const problem = templates.problem(text)
    if (problem !== undefined) say('error', jsonPointer(path), `The placeholders of this text cannot be read: ${problem}`)
  }
  const kind = catalogue.node(node.type)
  if (kind === undefined) {
    const known = [...catalogue.nodes.keys(), ...catalogue.actions.keys()]
    const hint = didYouMean(node.type, known) || ' It may belong to a newer version or to a plugin that does not run here.'
    say('error', '/type', `There is no node "${node.type}"; it is kept and cannot be published.${hint}`)
    return { ...read, kind, outputs: undefined }
  }
  const prepared = prepareParameters(kind.parameters, raw)
  for (const issue of prepared.issues) say('error', jsonPointer(['parameters', ...issuePath(issue.path)]), issueWords(issue))
  for (const unknown of unknownParameters(kind.parameters, raw)) say('warning', `/parameters${unknown.path}`, unknown.message)
  if (prepared.issues.length > 0) return { ...read, kind, outputs: undefined }
  const parameters = prepared.parsed ?? raw
  const found = kind.check?.(parameters) ?? []
  for (const problem of found) say(problem.level, `/parameters${problem.path}`, problem.message)
  // of an action that is not there nobody knows the outputs: one mistake is told once
  const outputs = kind.outputs(parameters)
  const known = outputs.length > 0 || found.every(({ level }) => level !== 'error')
  return { ...read, kind, outputs: known ? outputs : undefined }
}
