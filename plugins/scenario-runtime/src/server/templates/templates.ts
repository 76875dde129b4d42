import { FilterLanguage } from './filter-template.ts'
import { needsFilters, PlainTemplate, type Template, type TemplateMode, type TemplateScope } from './template.ts'

const maxCached = 20_000

/** Compiles each text once. Texts come from published scenarios, so there are few; the bound is for texts built at run time. */
export class Templates {
  readonly #compiled = new Map<string, Template>()
  readonly #language = new FilterLanguage()

  compile(text: string): Template {
    const known = this.#compiled.get(text)
    if (known !== undefined) return known
    const template = needsFilters(text) ? this.#language.compile(text) : new PlainTemplate(text)
    if (this.#compiled.size >= maxCached) this.#compiled.clear()
    this.#compiled.set(text, template)
    return template
  }

  /** What is wrong with a text, for the validator. */
  problem(text: string): string | undefined {
    return needsFilters(text) ? this.#language.problem(text) : undefined
  }

  fillText(text: string, scope: TemplateScope, mode?: TemplateMode): string {
    return text.includes('{') ? this.compile(text).render(scope, mode) : text
  }

  /**
   * Fills every text of a value. The `text` of a record whose `format` is `html` gets its values escaped. Keys are left as they are.
   */
  fill<T>(value: T, scope: TemplateScope): T {
    return this.#fill(value, scope, false) as T
  }

  /** The same, but a text that is one placeholder becomes the value itself: numbers stay numbers, lists lists. */
  values(value: unknown, scope: TemplateScope): unknown {
    return this.#fill(value, scope, true)
  }

  #fill(value: unknown, scope: TemplateScope, keepTypes: boolean): unknown {
    if (typeof value === 'string') {
      if (!value.includes('{')) return value
      const template = this.compile(value)
      return keepTypes ? template.value(scope) : template.render(scope)
    }
    if (Array.isArray(value)) return value.map((item) => this.#fill(item, scope, keepTypes))
    if (typeof value !== 'object' || value === null || value instanceof Date) return value
    const html = (value as { format?: unknown }).format === 'html'
    const filled: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') continue
      filled[key] = html && key === 'text' && typeof item === 'string' ? this.fillText(item, scope, 'html') : this.#fill(item, scope, keepTypes)
    }
    return filled
  }
}
