import type { Report } from './check-node.ts'
import type { ReadNode, ReadScenario } from './read-document.ts'
import { aliasesOf, isEntry } from './scenario-document.ts'

const repeated = <T>(items: readonly T[], keyOf: (item: T) => string): { item: T; first: T; key: string }[] => {
  const seen = new Map<string, T>()
  return items.flatMap((item) => {
    const key = keyOf(item)
    const first = seen.get(key)
    if (first === undefined) seen.set(key, item)
    return first === undefined ? [] : [{ item, first, key }]
  })
}

const checkAliases = (nodes: readonly ReadNode[], report: Report): void => {
  const named = nodes.filter(({ node }) => isEntry(node)).flatMap((read) => aliasesOf(read.node).map((alias) => ({ read, alias })))
  for (const { item, first } of repeated(named, ({ alias }) => alias)) {
    const { pointer, section, node } = item.read
    const other = `"${first.read.node.id}" of the section "${first.read.section}"`
    report({
      level: 'error',
      path: `${pointer}/alias`,
      section,
      node: node.id,
      message: `The alias "${item.alias}" is already that of ${other}. Aliases are unique in a scenario.`,
    })
  }
  for (const { node, pointer, section } of nodes) {
    if (node.type === 'entry-point' && aliasesOf(node).length === 0)
      report({ level: 'warning', path: pointer, section, node: node.id, message: 'The entry point has no alias, so only its id can be called.' })
    if (!isEntry(node) && node.alias !== undefined)
      report({
        level: 'warning',
        path: `${pointer}/alias`,
        section,
        node: node.id,
        message: 'Only start and entry points are found by an alias; this one has no effect.',
      })
  }
}

const checkFlags = ({ sections }: ReadScenario, report: Report): void => {
  for (const { section, pointer } of sections) {
    const later = (key: 'usedAsMacro' | 'useAsProcess', title: string): void => {
      if (section[key] === true)
        report({ level: 'warning', path: `${pointer}/${key}`, section: section.id, message: `"${title}" is kept and not yet in effect.` })
    }
    later('usedAsMacro', 'Used as macro')
    later('useAsProcess', 'Use as Process')
  }
}

/** Names that must be unique or must exist, over the whole document. */
export const checkStructure = (scenario: ReadScenario, report: Report): void => {
  const { frame, sections } = scenario
  const main = frame?.main ?? sections[0]?.section.id
  if (frame?.main !== undefined && !sections.some(({ section }) => section.id === frame.main))
    report({ level: 'error', path: '/main', message: `There is no section "${frame.main}" to begin in.` })
  for (const { item } of repeated(sections, ({ section }) => section.id))
    report({ level: 'error', path: `${item.pointer}/id`, section: item.section.id, message: `A section before has the id "${item.section.id}" too.` })

  for (const { section, nodes, pointer } of sections) {
    const starts = nodes.filter(({ node }) => node.type === 'start')
    if (starts.length === 0) {
      const level = section.id === main || !nodes.some(({ node }) => isEntry(node)) ? 'error' : 'warning'
      report({
        level,
        path: `${pointer}/nodes`,
        section: section.id,
        message: `The section "${section.title}" has no Start node. Every section begins with one.`,
      })
    }
    for (const { node, pointer: at } of starts.slice(1))
      report({
        level: 'error',
        path: at,
        section: section.id,
        node: node.id,
        message: 'A section has exactly one Start node; this is a further one. Use an entry point.',
      })
  }
  const nodes = sections.flatMap((section) => section.nodes)
  for (const { item, first } of repeated(nodes, ({ node }) => node.id)) {
    const message = `The id "${item.node.id}" is already that of a node of the section "${first.section}". Ids are unique in a scenario.`
    report({ level: 'error', path: `${item.pointer}/id`, section: item.section, node: item.node.id, message })
  }
  checkAliases(nodes, report)
  checkFlags(scenario, report)
}
