import { aliasFormat } from '../../api/index.ts'
import type { CheckedNode, Report } from './check-node.ts'
import { didYouMean } from './did-you-mean.ts'
import { jsonPointer } from './json-pointer.ts'
import { aliasesOf, isEntry } from './scenario-document.ts'

// the documented names of the action that opens a chat with an operator
const documentedAliases = /^chat_closed(_by_[a-z]+)?_alias$/

type Path = readonly PropertyKey[]
interface JsonSchemaNode {
  readonly format?: unknown
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>
}

const aliasKeys = (schema: JsonSchemaNode): ReadonlySet<string> =>
  new Set(Object.entries(schema.properties ?? {}).flatMap(([key, property]) => (property.format === aliasFormat ? [key] : [])))

/** Names of entry points in a record of parameters. */
const jumpsIn = (parameters: unknown, marked: ReadonlySet<string>, path: Path): [string, Path][] => {
  if (typeof parameters !== 'object' || parameters === null) return []
  return Object.entries(parameters).flatMap(([key, value]): [string, Path][] => {
    if (key === 'values') return jumpsIn(value, marked, [...path, key])
    const jumps = typeof value === 'string' && value !== '' && !value.includes('{{') && (marked.has(key) || documentedAliases.test(key))
    return jumps ? [[value, [...path, key]]] : []
  })
}

/** Every jump by name leads to an entry point of this scenario. */
export const checkJumps = (nodes: readonly CheckedNode[], schemaOf: (node: CheckedNode) => unknown, report: Report): void => {
  const entries = nodes.filter(({ node }) => isEntry(node))
  const aliases = new Set(entries.flatMap(({ node }) => aliasesOf(node)))
  for (const checked of nodes) {
    const { node, pointer, section } = checked
    const marked = aliasKeys((schemaOf(checked) ?? {}) as JsonSchemaNode)
    const target = node.parameters?.['section']
    const known = new Set(nodes.map((other) => other.section))
    if (node.type === 'exit-point' && typeof target === 'string' && target !== '' && !known.has(target))
      report({
        level: 'error',
        path: `${pointer}/parameters/section`,
        section,
        node: node.id,
        message: `There is no section "${target}" to go to.${didYouMean(target, known)}`,
      })
    for (const [alias, path] of jumpsIn(node.parameters, marked, ['parameters'])) {
      if (aliases.has(alias)) continue
      const message = `There is no entry point with the alias "${alias}".${didYouMean(alias, aliases)}`
      report({ level: 'error', path: `${pointer}${jsonPointer(path)}`, section, node: node.id, message })
    }
  }
}
