import type { CheckedNode, Report } from './check-node.ts'
import { didYouMean } from './did-you-mean.ts'
import type { ReadEdge, ReadSection } from './read-document.ts'
import { isEntry } from './scenario-document.ts'

const noteType = 'note'

const checkEdges = (
  section: ReadSection,
  nodes: ReadonlyMap<string, CheckedNode>,
  everywhere: ReadonlyMap<string, CheckedNode>,
  report: Report,
): void => {
  const left = new Set<string>()
  const say = ({ pointer, edge }: ReadEdge, key: string, message: string): void =>
    report({ level: 'error', path: `${pointer}/${key}`, section: section.section.id, node: edge.from, message })

  for (const read of section.edges) {
    const { from, to, output } = read.edge
    const source = nodes.get(from)
    for (const [key, id] of [
      ['from', from],
      ['to', to],
    ] as const) {
      if (nodes.has(id) || section.broken.has(id)) continue
      const elsewhere = everywhere.get(id)
      const hint = elsewhere === undefined ? didYouMean(id, nodes.keys()) : ` It is in the section "${elsewhere.section}": use an exit point.`
      say(read, key, `The edge ${key === 'from' ? 'leaves' : 'leads to'} "${id}", which this section does not have.${hint}`)
    }
    if (source === undefined) continue
    const name = output ?? source.outputs?.[0]
    if (source.outputs !== undefined && (name === undefined || !source.outputs.includes(name))) {
      const known = source.outputs.length === 0 ? ' It has none.' : didYouMean(name ?? '', source.outputs) || ` It has: ${source.outputs.join(', ')}.`
      say(read, 'output', `"${from}" has no output "${name ?? ''}".${known}`)
    }
    const key = JSON.stringify([from, name])
    if (left.has(key)) say(read, 'output', `Another edge leaves "${from}" by "${name ?? ''}" already. An output leads to one node.`)
    left.add(key)
  }
}

const reachable = (section: ReadSection, nodes: ReadonlyMap<string, CheckedNode>): ReadonlySet<string> => {
  const seen = new Set<string>()
  const waiting = [...nodes.values()].filter(({ node }) => isEntry(node)).map(({ node }) => node.id)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    for (const { edge } of section.edges) if (edge.from === id) waiting.push(edge.to)
  }
  return seen
}

/** Edges, and what they leave out: nodes nobody reaches, outputs that lead nowhere. */
export const checkFlow = (
  section: ReadSection,
  checked: readonly CheckedNode[],
  everywhere: ReadonlyMap<string, CheckedNode>,
  report: Report,
): void => {
  const nodes = new Map(checked.map((node) => [node.node.id, node]))
  checkEdges(section, nodes, everywhere, report)
  const reached = reachable(section, nodes)
  for (const { node, pointer, outputs, section: id } of nodes.values()) {
    if (node.type === noteType) continue
    const say = (path: string, message: string): void => report({ level: 'warning', path, section: id, node: node.id, message })
    if (!reached.has(node.id)) say(pointer, 'No path leads here from Start or an entry point.')
    if (outputs === undefined) continue
    const connected = new Set(section.edges.filter(({ edge }) => edge.from === node.id).map(({ edge }) => edge.output ?? outputs[0]))
    const loose = outputs.filter((output) => !connected.has(output))
    // a lone output may end the run on purpose; one of several was most likely forgotten
    if (outputs.length > 1 || isEntry(node)) for (const output of loose) say(pointer, `The output "${output}" leads nowhere: the run ends there.`)
  }
}
