/** Where the parenthesis that opens at `start` closes; the end of the text where it never does. */
function closingOf(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at
  }
  return text.length
}

/** Splits at a word that is in no parentheses. */
function splitAtWord(text: string, word: string): string[] {
  const parts: string[] = []
  const mark = new RegExp(String.raw`\(|\b${word}\b`, 'g')
  let start = 0
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '(') {
      mark.lastIndex = closingOf(text, found.index) + 1
      continue
    }
    parts.push(text.slice(start, found.index).trim())
    start = mark.lastIndex
  }
  return [...parts, text.slice(start).trim()]
}

const commonTable = /^(?:WITH (?:RECURSIVE )?|, ?)[^\s(]+ ?(?:\([^()]*\) ?)?AS ?(?:(?:NOT )?MATERIALIZED ?)?\(/

/** @internal A statement without its `WITH`, and before it each statement of that. */
export function withoutCommonTables(code: string): string[] {
  const found: string[] = []
  let rest = code
  for (let [start] = commonTable.exec(rest) ?? []; start !== undefined; [start] = commonTable.exec(rest) ?? []) {
    const end = closingOf(rest, start.length - 1)
    found.push(...withoutCommonTables(rest.slice(start.length, end).trim()))
    rest = rest.slice(end + 1).trim()
  }
  return [...found, rest]
}

/** @internal Whether an UPDATE or DELETE says which rows: its own WHERE, not that of a question inside, is there and is not true of all of them. */
export function choosesRows(code: string, isRequired: (column: string) => boolean): boolean {
  const [, condition] = splitAtWord(code, 'WHERE')
  return condition !== undefined && !isAlwaysTrue(splitAtWord(condition, 'RETURNING')[0]!, isRequired)
}

const constants = /\b(?:TRUE|FALSE|NULL|NOT|IS|IN|LIKE)\b|\b\d+(?:\.\d+)?\b|''/g

function isAlwaysTrue(condition: string, isRequired: (column: string) => boolean): boolean {
  if (condition.startsWith('(') && closingOf(condition, 0) === condition.length - 1) return isAlwaysTrue(condition.slice(1, -1).trim(), isRequired)
  const either = splitAtWord(condition, 'OR')
  if (either.length > 1) return either.some((one) => isAlwaysTrue(one, isRequired))
  // the AND of a BETWEEN splits off a constant, and leaves a half that is none
  const every = splitAtWord(condition, 'AND')
  if (every.length > 1) return every.every((one) => isAlwaysTrue(one, isRequired))
  const demanded = /^(\S+) IS NOT NULL$/.exec(condition)?.[1]
  if (demanded !== undefined && isRequired(demanded)) return true
  const [, left, right] = /^(\S+?) ?(?:=|<=|>=) ?(\S+)$/.exec(condition) ?? []
  return (left !== undefined && left === right) || !/[\w$]/.test(condition.replace(constants, ''))
}
