import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ConfigMerge, isObject, nested, type ConfigObject } from './config-merge.ts'
import { variablesAsConfig } from './environment-variables.ts'
import { resolveReferences } from './references.ts'

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

/**
 * `plugins.yaml` < `default.yaml` < `<environment>.yaml` < `local.yaml` < well-known variables < `PARLEY__a__b` variables;
 * then `$env:` and `$file:` references.
 */
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
