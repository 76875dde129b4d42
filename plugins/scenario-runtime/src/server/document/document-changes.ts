import { canonicalText } from './canonical-document.ts'
import type { EdgeDocument, NodeDocument, ScenarioDocument } from './scenario-document.ts'

/** One difference between two scenarios, in words' reach: what, where, and under which name a person knows it. */
export interface DocumentChange {
  readonly change: 'added' | 'removed' | 'changed'
  readonly what: 'section' | 'node' | 'edge' | 'constant' | 'translation'
  readonly section?: string
  readonly id: string
  readonly title: string
}

type Change = DocumentChange['change']
interface Named {
  readonly title: string
  readonly section?: string
  /** What makes two of the same id different; places on the canvas do not. */
  readonly content: unknown
}

const compare = (what: DocumentChange['what'], before: ReadonlyMap<string, Named>, after: ReadonlyMap<string, Named>): DocumentChange[] => {
  const entry = (change: Change, id: string, { title, section }: Named): DocumentChange => ({
    change,
    what,
    id,
    title,
    ...(section === undefined ? {} : { section }),
  })
  const removed = [...before].filter(([id]) => !after.has(id)).map(([id, named]) => entry('removed', id, named))
  const rest = [...after].flatMap(([id, named]): DocumentChange[] => {
    const known = before.get(id)
    if (known === undefined) return [entry('added', id, named)]
    return canonicalText(known.content) === canonicalText(named.content) ? [] : [entry('changed', id, named)]
  })
  return [...removed, ...rest]
}

const sectionsOf = ({ sections }: ScenarioDocument): Map<string, Named> =>
  new Map(sections.map(({ nodes: _nodes, edges: _edges, ...section }) => [section.id, { title: section.title, content: section }]))

const titleOf = (node: NodeDocument): string => node.title ?? node.alias ?? node.id

const nodesOf = ({ sections }: ScenarioDocument): Map<string, Named> =>
  new Map(
    sections.flatMap((section) =>
      section.nodes.map((node): [string, Named] => {
        const { position: _position, ...content } = node
        return [node.id, { title: titleOf(node), section: section.title, content: { ...content, section: section.id } }]
      }),
    ),
  )

const edgesOf = ({ sections }: ScenarioDocument): Map<string, Named> =>
  new Map(
    sections.flatMap(({ title: section, nodes, edges }) => {
      const titles = new Map(nodes.map((node) => [node.id, titleOf(node)]))
      return edges.map(({ from, output, to }: EdgeDocument): [string, Named] => {
        const title = `${titles.get(from) ?? from} → ${titles.get(to) ?? to}${output === undefined ? '' : ` (${output})`}`
        return [JSON.stringify([from, output, to]), { title, section, content: '' }]
      })
    }),
  )

const valuesOf = (record: Readonly<Record<string, unknown>> | undefined): Map<string, Named> =>
  new Map(Object.entries(record ?? {}).map(([key, content]) => [key, { title: key, content }]))

const empty: ScenarioDocument = { format: 'parley.scenario@1', title: '', sections: [] }

/** What publishing would change. Without `before` everything is new. */
export const documentChanges = (before: ScenarioDocument | undefined, after: ScenarioDocument): DocumentChange[] => {
  const old = before ?? empty
  return [
    ...compare('section', sectionsOf(old), sectionsOf(after)),
    ...compare('node', nodesOf(old), nodesOf(after)),
    ...compare('edge', edgesOf(old), edgesOf(after)),
    ...compare('constant', valuesOf(old.constants), valuesOf(after.constants)),
    ...compare('translation', valuesOf(old.translations), valuesOf(after.translations)),
  ]
}
