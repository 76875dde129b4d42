import type { z } from 'zod'
import type { ScenarioProblem } from '../../api/index.ts'
import { issueWords } from './issue-words.ts'
import { issuePath, jsonPointer } from './json-pointer.ts'
import {
  documentFrame,
  edgeDocument,
  nodeDocument,
  sectionFrame,
  type EdgeDocument,
  type NodeDocument,
  type SectionDocument,
} from './scenario-document.ts'

export interface ReadNode {
  readonly pointer: string
  readonly section: string
  readonly node: NodeDocument
}

export interface ReadEdge {
  readonly pointer: string
  readonly edge: EdgeDocument
}

export interface ReadSection {
  readonly pointer: string
  readonly section: Pick<SectionDocument, 'id' | 'title' | 'usedAsMacro' | 'useAsProcess'>
  readonly nodes: readonly ReadNode[]
  readonly edges: readonly ReadEdge[]
  /** Ids of nodes that are there and could not be read: edges to them are not wrong. */
  readonly broken: ReadonlySet<string>
}

/** What of a document could be read; `problems` names everything that could not. */
export interface ReadScenario {
  readonly frame: Readonly<z.infer<typeof documentFrame>> | undefined
  readonly sections: readonly ReadSection[]
  readonly problems: readonly ScenarioProblem[]
}

type Where = Pick<ScenarioProblem, 'section' | 'node'>

const textOf = (value: unknown, key: string): string | undefined => {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return typeof found === 'string' ? found : undefined
}

const whereOf = (section: string | undefined, node: string | undefined): Where => ({
  ...(section === undefined ? {} : { section }),
  ...(node === undefined ? {} : { node }),
})

/** Reads a document piece by piece, so that one broken node hides no problem of another. */
export const readDocument = (input: unknown): ReadScenario => {
  const problems: ScenarioProblem[] = []
  const parse = <S extends z.ZodType>(schema: S, value: unknown, path: readonly PropertyKey[], where: Where): z.output<S> | undefined => {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    for (const issue of result.error.issues)
      problems.push({ level: 'error', path: jsonPointer([...path, ...issuePath(issue.path)]), message: issueWords(issue), ...where })
    return undefined
  }

  const frame = parse(documentFrame, input, [], {})
  const listed = (input as { sections?: unknown } | null | undefined)?.sections
  const sections = (Array.isArray(listed) ? listed : []).flatMap((value: unknown, at): ReadSection[] => {
    const path = ['sections', at]
    const section = parse(sectionFrame, value, path, whereOf(textOf(value, 'id'), undefined))
    if (section === undefined) return []
    const { nodes: items, edges, ...rest } = section
    const nodes = items.flatMap((item, index): ReadNode[] => {
      const node = parse(nodeDocument, item, [...path, 'nodes', index], whereOf(rest.id, textOf(item, 'id')))
      return node === undefined ? [] : [{ pointer: jsonPointer([...path, 'nodes', index]), section: rest.id, node }]
    })
    const readable = new Set(nodes.map(({ node }) => node.id))
    return [
      {
        pointer: jsonPointer(path),
        section: rest,
        nodes,
        broken: new Set(items.flatMap((item) => textOf(item, 'id') ?? []).filter((nodeId) => !readable.has(nodeId))),
        edges: edges.flatMap((item, index): ReadEdge[] => {
          const edge = parse(edgeDocument, item, [...path, 'edges', index], whereOf(rest.id, textOf(item, 'from')))
          return edge === undefined ? [] : [{ pointer: jsonPointer([...path, 'edges', index]), edge }]
        }),
      },
    ]
  })
  return { frame, sections, problems }
}
