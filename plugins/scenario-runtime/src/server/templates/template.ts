import { escapeHtml, formatValue } from './format-value.ts'

/** Where placeholders find their values. */
export interface TemplateScope {
  /** The value of a dotted path; `name` is the whole of it as written, for keys that contain dots. */
  lookup(path: readonly string[], name: string): unknown
  /** Everything in one record, for templates with filters. */
  all(): Readonly<Record<string, unknown>>
}

export type TemplateMode = 'plain' | 'html' | 'url'

/** A text with `{{placeholders}}`, parsed once. */
export interface Template {
  readonly isStatic: boolean
  render(scope: TemplateScope, mode?: TemplateMode): string
  /** The value itself when the text is one placeholder and nothing else; the rendered text otherwise. */
  value(scope: TemplateScope): unknown
}

/** A path and its name as written. */
interface Placeholder {
  readonly name: string
  readonly path: readonly string[]
}

type Part = string | Placeholder

/** `items[0].title` and `items.0.title` are the same. */
export const pathOf = (name: string): string[] => name.replaceAll(/\[(\d{1,9})\]/g, '.$1').split('.')

const placeholder = (name: string): Placeholder => ({ name, path: pathOf(name) })

/** True for what only the template language with filters and tags can read. */
export const needsFilters = (text: string): boolean => text.includes('{%') || /\{\{[^{}]*\|[^{}]*\}\}/.test(text)

/** Cuts a text into words and placeholders; braces that open nothing stay words. */
export const splitTemplate = (text: string): readonly Part[] => {
  const parts: Part[] = []
  let from = 0
  for (;;) {
    const close = text.indexOf('}}', from)
    const open = close < 0 ? -1 : text.lastIndexOf('{{', close - 2)
    if (close < 0) break
    if (open < from) {
      parts.push(text.slice(from, close + 2))
    } else {
      if (open > from) parts.push(text.slice(from, open))
      const name = text.slice(open + 2, close).trim()
      if (name !== '') parts.push(placeholder(name))
    }
    from = close + 2
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** Values in an address are encoded, except the one it begins with: that may be the address of the other system itself. */
const urlPart = (text: string, index: number): string => {
  if (index === 0) return text
  try {
    return encodeURIComponent(text)
  } catch {
    return ''
  }
}

export class PlainTemplate implements Template {
  readonly isStatic: boolean
  readonly #parts: readonly Part[]

  constructor(text: string) {
    this.#parts = splitTemplate(text)
    this.isStatic = this.#parts.every((part) => typeof part === 'string')
  }

  render(scope: TemplateScope, mode: TemplateMode = 'plain'): string {
    let text = ''
    for (const [index, part] of this.#parts.entries()) {
      if (typeof part === 'string') {
        text += part
        continue
      }
      const value = formatValue(scope.lookup(part.path, part.name))
      text += mode === 'plain' ? value : mode === 'html' ? escapeHtml(value) : urlPart(value, index)
    }
    return text
  }

  value(scope: TemplateScope): unknown {
    const [first] = this.#parts
    return this.#parts.length === 1 && first !== undefined && typeof first !== 'string' ? scope.lookup(first.path, first.name) : this.render(scope)
  }
}
