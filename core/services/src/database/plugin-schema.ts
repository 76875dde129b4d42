import { ParleyError } from '@parley/plugin-api'
import { mapSqlCode } from './sql-text.ts'

/** The schema that holds a plugin's tables; the pseudo-plugin `host` has the schema `host`. */
export const schemaNameOf = (pluginId: string): string => (pluginId === 'host' ? 'host' : `plugin_${pluginId.replaceAll('-', '_')}`)

export const publishedViewName = (view: string): string => `published_${view}`

const placeholder = /\{([^{}]*)\}/g
const ownTable = /^[a-z_][a-z0-9_]*$/
const publishedView = /^([a-z][a-z0-9-]*)\.([a-z_][a-z0-9_]*)$/

const expandName = (name: string, schema: string): string => {
  if (ownTable.test(name)) return `"${schema}"."${name}"`
  const [, plugin, view] = publishedView.exec(name) ?? []
  if (plugin === undefined || view === undefined) {
    throw new ParleyError(
      'internal',
      `"{${name}}" in a statement names no table. Write {table} for an own table, {plugin-id.view} for a published view.`,
    )
  }
  return `"${schemaNameOf(plugin)}"."${publishedViewName(view)}"`
}

/** Turns `{table}` and `{plugin-id.view}` into qualified names. */
export const expandPlaceholders = (text: string, schema: string): string =>
  text.includes('{') ? mapSqlCode(text, (code) => code.replace(placeholder, (_, name: string) => expandName(name, schema))) : text

// Statements are constants of the code, so a cache of them is small; the limit is for a caller who builds texts.
const cacheLimit = 5_000

/** A plugin's schema, with the texts it has expanded before. */
export class PluginSchema {
  readonly name: string
  readonly #expanded = new Map<string, string>()

  constructor(pluginId: string) {
    this.name = schemaNameOf(pluginId)
  }

  expand(text: string): string {
    const known = this.#expanded.get(text)
    if (known !== undefined) return known
    const expanded = expandPlaceholders(text, this.name)
    if (this.#expanded.size < cacheLimit) this.#expanded.set(text, expanded)
    return expanded
  }
}
