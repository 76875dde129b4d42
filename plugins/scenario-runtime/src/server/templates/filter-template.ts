import { Liquid, type Template as LiquidPart } from 'liquidjs'
import { escapeHtml, formatValue } from './format-value.ts'
import { pathOf, PlainTemplate, type Template, type TemplateMode, type TemplateScope } from './template.ts'

/** Time is the wall's, so the limit leaves room for a busy machine; memory is what stops a runaway loop first. */
const limits = { parseLimit: 100_000, renderLimit: 500, memoryLimit: 1_000_000 } as const
const fileTags = ['include', 'render', 'layout', 'block'] as const

const createEngine = (print: (value: unknown) => string): Liquid => {
  const engine = new Liquid({ ...limits, ownPropertyOnly: true, templates: {}, outputEscape: print })
  for (const tag of fileTags) delete engine.tags[tag]
  // the stock filter switches escaping off
  engine.registerFilter('raw', (value: unknown) => value)
  return engine
}

/** Reads texts with filters and tags, such as `{{ name | default: "friend" }}` and `{% if vip %}`. */
export class FilterLanguage {
  readonly #plain = createEngine(formatValue)
  readonly #html = createEngine((value) => escapeHtml(formatValue(value)))

  /** The message of the first syntax error, if there is one. */
  problem(text: string): string | undefined {
    try {
      this.#plain.parse(withStandIns(text).text)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message.split('\n')[0] : String(error)
    }
  }

  compile(text: string): Template {
    try {
      return new FilterTemplate(this.#plain, this.#html, text)
    } catch {
      // publishing refuses such a text; one that came another way must not stop a dialog
      return new PlainTemplate(text)
    }
  }
}

// what the template language takes for a path of its own; a variable of a loop looks like this too
const plainPath = /^-?[\w-]+(?:\.[\w-]+|\[\d+\])*$/
const literal = /^["'(\d]/

/** Names the language cannot read, such as `registration:phone`, get a stand-in that is looked up as our own placeholders are. */
const withStandIns = (text: string): { readonly text: string; readonly names: readonly string[] } => {
  const names: string[] = []
  const replaced = text.replace(/\{\{(-?)([^{}|]*)/g, (whole, dash: string, given: string) => {
    const trim = given.endsWith('-') ? '-' : ''
    const name = given.slice(0, given.length - trim.length).trim()
    if (name === '' || plainPath.test(name) || literal.test(name)) return whole
    names.push(name)
    return `{{${dash} ${standIn(names.length - 1)} ${trim}`
  })
  return { text: replaced, names }
}

const standIn = (index: number): string => `placeholder_${index}`

class FilterTemplate implements Template {
  readonly isStatic = false
  readonly #plain: Liquid
  readonly #html: Liquid
  readonly #plainParts: LiquidPart[]
  readonly #htmlParts: LiquidPart[]
  readonly #names: readonly string[]

  constructor(plain: Liquid, html: Liquid, given: string) {
    const { text, names } = withStandIns(given)
    this.#plain = plain
    this.#html = html
    this.#names = names
    this.#plainParts = plain.parse(text)
    this.#htmlParts = html.parse(text)
  }

  render(scope: TemplateScope, mode: TemplateMode = 'plain'): string {
    const html = mode === 'html'
    try {
      return String((html ? this.#html : this.#plain).renderSync(html ? this.#htmlParts : this.#plainParts, this.#values(scope)))
    } catch {
      // a limit, or a filter that its value does not suit
      return ''
    }
  }

  value(scope: TemplateScope): unknown {
    return this.render(scope)
  }

  #values(scope: TemplateScope): object {
    const values: Record<string, unknown> = { ...scope.all() }
    for (const [index, name] of this.#names.entries()) values[standIn(index)] = scope.lookup(pathOf(name), name)
    return values
  }
}
