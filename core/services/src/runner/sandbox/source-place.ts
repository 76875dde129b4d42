/** What makes a CommonJS module of the source: on its first line, so that the lines of the source keep their numbers. */
export const before = '(function (exports, module) {'
export const after = '\n})'

/** Where in the source an error happened, and how it got there. */
export interface SourcePlace {
  readonly line?: number
  readonly column?: number
  readonly trace?: string
}

/** Lines of a stack that are in the source, with its own lines and columns. */
export function placeIn(stack: string, name: string, source: string): SourcePlace {
  // the stack is the code's own to write
  const lines = source.split('\n')
  const last = lines.length
  const widest = Math.max(...[before, ...lines].map((line) => line.length)) + 1
  const place = new RegExp(`(^|[\\s(])${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}:(\\d+)(?::(\\d+))?(?=\\)|$)`)
  let first: SourcePlace = {}
  const trace: string[] = []
  for (const frame of stack.split('\n')) {
    const [found, lead = '', row, inRow] = place.exec(frame) ?? []
    if (found === undefined) continue
    const line = Math.min(Number(row), last)
    const column = inRow === undefined ? undefined : Math.min(Math.max(1, Number(inRow) - (line === 1 ? before.length : 0)), widest)
    if (trace.length === 0) first = { line, ...(column === undefined ? {} : { column }) }
    // the module itself is a function only here
    const told = frame.replace(found, `${lead}${name}:${line}${column === undefined ? '' : `:${column}`}`)
    trace.push(told.trim().replace('at <anonymous> (', 'at ('))
  }
  return trace.length === 0 ? {} : { ...first, trace: trace.join('\n') }
}
