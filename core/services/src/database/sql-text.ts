// Literals, quoted names, dollar quotes and comments: text in which braces and `$1` mean nothing to us.
const opaque = /\bE'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//gi

/** A piece of SQL: code that may be rewritten, or text that must stay as it is. */
export interface SqlPiece {
  readonly code: boolean
  readonly text: string
}

export const splitSql = (sql: string): SqlPiece[] => {
  const pieces: SqlPiece[] = []
  let end = 0
  for (const match of sql.matchAll(opaque)) {
    if (match.index > end) pieces.push({ code: true, text: sql.slice(end, match.index) })
    pieces.push({ code: false, text: match[0] })
    end = match.index + match[0].length
  }
  if (end < sql.length) pieces.push({ code: true, text: sql.slice(end) })
  return pieces
}

/** Rewrites the code of a statement and leaves literals, quoted names and comments alone. */
export const mapSqlCode = (sql: string, rewrite: (code: string) => string): string =>
  splitSql(sql)
    .map((piece) => (piece.code ? rewrite(piece.text) : piece.text))
    .join('')
