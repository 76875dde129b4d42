const firstKeys = ['$schema', 'format', 'title', 'description', 'main', 'id', 'type', 'alias', 'from', 'output', 'to', 'parameters', 'position']
const lastKeys = ['constants', 'translations', 'nodes', 'edges', 'sections']

const rank = (key: string): number => {
  const first = firstKeys.indexOf(key)
  if (first >= 0) return first - 100
  return lastKeys.indexOf(key) + 1
}

const ordered = (value: unknown, keepOrder: boolean): unknown => {
  if (Array.isArray(value)) return value.map((item) => ordered(item, keepOrder))
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value)
  if (!keepOrder) keys.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0))
  // parameters and constants are the author's: their order may mean something to a reader
  return Object.fromEntries(
    keys.map((key) => [key, ordered((value as Record<string, unknown>)[key], keepOrder || key === 'parameters' || key === 'constants')]),
  )
}

/** One text for one scenario: the same keys in the same order whoever wrote it, lists as they were. Good to compare and to keep in git. */
export const canonicalText = (document: unknown): string => `${JSON.stringify(ordered(document, false), undefined, 2)}\n`
