// Literals, quoted names, dollar quotes and comments, so that a semicolon or a word inside of them means nothing.
const opaque = /\bE'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/gi

/** One statement, reduced to what rules look at. */
export interface SqlStatement {
  /** One line, upper case but for quoted names; every literal is `''`, comments are gone. */
  readonly code: string
  /** The author's reason in a comment `safe: …` of this statement. */
  readonly reason: string | undefined
}

/** @internal The statements of a text of SQL. What a `DO` block executes follows it as statements of their own. */
export function sqlStatements(text: string): SqlStatement[] {
  const found: SqlStatement[] = []
  let code = ''
  let reason: string | undefined
  let bodies: string[] = []
  const end = () => {
    const line = code.replace(/\s+/g, ' ').trim()
    if (line !== '') found.push({ code: line, reason }, ...(line.startsWith('DO ') ? bodies.flatMap(blockStatements) : []))
    code = ''
    reason = undefined
    bodies = []
  }
  let last = 0
  for (const match of text.matchAll(opaque)) {
    const [piece] = match
    code += text.slice(last, match.index).toUpperCase()
    last = match.index + piece.length
    if (piece === ';') end()
    else if (/^(--|\/\*)/.test(piece)) reason ??= /\bsafe:\s*(.*?\S)\s*(?:\*\/)?$/i.exec(piece)?.[1]
    else if (piece.startsWith('"')) code += piece.slice(1, -1).toUpperCase()
    else {
      code += ` '' `
      if (piece.startsWith('$')) bodies.push(piece.replace(/^\$\w*\$|\$\w*\$$/g, ''))
    }
  }
  code += text.slice(last).toUpperCase()
  end()
  return found
}

/** Of a block of PL/pgSQL, the statements behind `BEGIN`, `THEN`, `LOOP` and `ELSE`. */
const blockStatements = (body: string): SqlStatement[] =>
  sqlStatements(body).map((one) => ({ ...one, code: one.code.replace(/^.*\b(?:BEGIN|THEN|LOOP|ELSE) /, '') }))

/** @internal Splits at commas that are in no parentheses: columns of a table, actions of an ALTER TABLE. */
export function splitAtCommas(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const letter of text) {
    if (letter === ',' && depth === 0) parts.push('')
    else {
      depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
      parts[parts.length - 1] += letter
    }
  }
  return parts.map((part) => part.trim())
}
