import { cuts } from './split-text.ts'

/** Simple markup that channels with HTML have in common; everything else is dropped and its text kept. */
const inline = new Map([
  ['b', 'b'],
  ['strong', 'b'],
  ['i', 'i'],
  ['em', 'i'],
  ['u', 'u'],
  ['ins', 'u'],
  ['s', 's'],
  ['strike', 's'],
  ['del', 's'],
  ['code', 'code'],
  ['pre', 'pre'],
  ['a', 'a'],
])
const paragraphs = new Set(['p', 'div', 'ul', 'ol', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table'])
const silent = new Set(['script', 'style', 'head', 'title', 'template'])
const safeAddress = /^(?:https?:\/\/|mailto:|tel:)[^\s"'<>]+$/i

interface Mark {
  readonly tag: string
  readonly href?: string
}
/** Text under the same marks. */
interface Run {
  readonly text: string
  readonly marks: readonly Mark[]
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  hellip: '…',
  mdash: '—',
  ndash: '–',
}

const decode = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : ''
  })

export const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const token = /<!--[\s\S]*?(?:-->|$)|<\/?([a-z][a-z0-9]*)\b((?:"[^"]*"|'[^']*'|[^'">])*)>/gi
const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i

/** Reads markup of any quality: what is not a tag is text, what is not closed ends with the text. */
const parse = (html: string): Run[] => {
  const runs: Run[] = []
  const open: (Mark & { readonly name: string })[] = []
  let muted: string | undefined
  const add = (text: string): void => {
    if (muted === undefined && text !== '')
      runs.push({ text, marks: open.map(({ tag, href: to }) => (to === undefined ? { tag } : { tag, href: to })) })
  }
  let end = 0
  for (const match of html.matchAll(token)) {
    add(decode(html.slice(end, match.index)))
    end = match.index + match[0].length
    const name = match[1]?.toLowerCase()
    if (name === undefined) continue
    const closing = match[0].startsWith('</')
    if (silent.has(name)) {
      if (muted === undefined && !closing) muted = name
      else if (muted === name && closing) muted = undefined
    } else if (name === 'br') add('\n')
    else if (name === 'li') add(closing ? '\n' : '• ')
    else if (paragraphs.has(name)) add('\n')
    else if (inline.has(name)) toggle(open, name, closing, match[2] ?? '')
  }
  add(decode(html.slice(end)))
  return runs
}

const toggle = (open: (Mark & { readonly name: string })[], name: string, closing: boolean, attributes: string): void => {
  if (closing) {
    const at = open.findLastIndex((mark) => mark.name === name)
    if (at !== -1) open.splice(at, 1)
    return
  }
  const tag = inline.get(name)!
  if (tag !== 'a') return void open.push({ name, tag })
  const found = href.exec(attributes)
  const to = decode(found?.[1] ?? found?.[2] ?? found?.[3] ?? '').trim()
  if (safeAddress.test(to)) open.push({ name, tag, href: to })
}

const openTag = ({ tag, href: to }: Mark): string => (to === undefined ? `<${tag}>` : `<${tag} href="${escapeHtml(to).replaceAll('"', '&quot;')}">`)

/** Every run opens and closes its own marks, so any cut leaves good markup. */
const write = (runs: readonly Run[]): string =>
  runs
    .map(
      ({ text, marks }) =>
        marks.map(openTag).join('') +
        escapeHtml(text) +
        marks
          .toReversed()
          .map(({ tag }) => `</${tag}>`)
          .join(''),
    )
    .join('')

const plain = (runs: readonly Run[]): string => runs.map(({ text }) => text).join('')

const slice = (runs: readonly Run[], from: number, to: number): Run[] => {
  const found: Run[] = []
  let at = 0
  for (const run of runs) {
    const text = run.text.slice(Math.max(0, from - at), Math.max(0, to - at))
    at += run.text.length
    if (text !== '') found.push({ ...run, text })
  }
  return found
}

/** Spaces at the ends of a piece say nothing, and some channels refuse a piece of spaces only. */
const trimmed = (runs: readonly Run[]): Run[] => {
  const text = plain(runs)
  return slice(runs, text.length - text.trimStart().length, text.trimEnd().length)
}

/** For channels without markup: the text, with addresses that the text itself does not show. */
export const stripHtml = (html: string): string => {
  const runs = parse(html)
  return runs
    .map(({ text, marks }, index) => {
      const to = marks.find((mark) => mark.href !== undefined)?.href
      const goesOn = to !== undefined && runs[index + 1]?.marks.some((mark) => mark.href === to)
      return to === undefined || goesOn || text.trim() === to ? text : `${text} (${to.replace(/^(?:mailto|tel):/i, '')})`
    })
    .join('')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** Markup that channels take: known tags only, closed, with safe addresses; cut like plain text, by the length of what is read. */
export const splitHtml = (html: string, limit: number, first = limit): string[] => {
  const runs = parse(html)
  let start = 0
  return cuts(plain(runs), limit, first).flatMap((end) => {
    const piece = trimmed(slice(runs, start, end))
    start = end
    return piece.length === 0 ? [] : [write(piece)]
  })
}

export const sanitizeHtml = (html: string): string => write(parse(html))
