import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { variablesAsConfig } from './environment-variables.ts'
import { resolveReferences } from './references.ts'

export type ConfigObject = { [key: string]: unknown }

/** The merged deployment configuration, and for each value where it was said. */
export interface LoadedConfig {
  readonly values: ConfigObject
  /** `config/production.yaml`, or the name of a variable. */
  origin(path: readonly PropertyKey[]): string | undefined
  /** What could not be read; every other problem is listed together with these. */
  readonly problems: readonly string[]
}

export interface ConfigSources {
  /** The folder of the YAML files. */
  readonly directory: string
  /** Chooses `<environment>.yaml`. */
  readonly environment: string
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Well-known variables and the path each sets, such as `PORT` -> `server.port`; taken as text, and only when not empty. */
  readonly wellKnown?: Readonly<Record<string, string>>
}

/** `plugins.yaml` < `default.yaml` < `<environment>.yaml` < `local.yaml` < well-known variables < `PARLEY__a__b` variables; then `$env:` and `$file:` references. */
export function loadConfig({ directory, environment, variables, wellKnown = {} }: ConfigSources): LoadedConfig {
  const merge = new ConfigMerge()
  const problems: string[] = []
  for (const name of ['plugins', 'default', environment, 'local']) {
    const file = join(directory, `${name}.yaml`)
    const label = `config/${name}.yaml`
    if (!existsSync(file)) continue
    try {
      const values: unknown = parse(readFileSync(file, 'utf8')) ?? {}
      if (isObject(values)) merge.add(values, label)
      else problems.push(`${label} must be a map of names to values.`)
    } catch (error) {
      problems.push(`${label} is not valid YAML: ${(error as Error).message.split('\n')[0]}`)
    }
  }
  for (const [variable, path] of Object.entries(wellKnown)) {
    const text = variables[variable]
    if (text !== undefined && text !== '') merge.add(nested(path.split('.'), text), variable)
  }
  for (const { values, variable } of variablesAsConfig(variables, merge.values)) merge.add(values, variable)
  const resolved = resolveReferences(merge.values, variables, (path) => merge.origin(path))
  return { values: resolved.values, origin: (path) => merge.origin(path), problems: [...problems, ...resolved.problems] }
}

/** Configuration that was not read from files, for tests and tools. */
export const configOf = (values: ConfigObject): LoadedConfig => ({ values, origin: () => undefined, problems: [] })

export const isObject = (value: unknown): value is ConfigObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `nested(['a', 'b'], 1)` is `{ a: { b: 1 } }`. */
export const nested = (path: readonly string[], value: unknown): ConfigObject =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as ConfigObject

class ConfigMerge {
  readonly values: ConfigObject = {}
  readonly #origins = new Map<string, string>()

  add(values: ConfigObject, label: string): void {
    this.#merge(this.values, values, [], label)
  }

  /** The label of the value itself, else of the nearest thing around it. */
  origin(path: readonly PropertyKey[]): string | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const label = this.#origins.get(path.slice(0, length).join('\0'))
      if (label !== undefined) return label
    }
    return undefined
  }

  #merge(into: ConfigObject, from: ConfigObject, path: readonly string[], label: string): void {
    for (const [key, value] of Object.entries(from)) {
      const here = [...path, key]
      const present = Object.hasOwn(into, key) ? into[key] : undefined
      this.#origins.set(here.join('\0'), label)
      if (!isObject(value)) define(into, key, value)
      else {
        const inner = isObject(present) ? present : {}
        define(into, key, inner)
        this.#merge(inner, value, here, label)
      }
    }
  }
}

// A key named __proto__ must stay a key.
const define = (into: ConfigObject, key: string, value: unknown): void => {
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true })
}
