import { readFileSync } from 'node:fs'
import { isObject, type ConfigObject } from './config-merge.ts'

/** Replaces `$env:NAME` and `$file:/run/secrets/x` by what they name; collects those that name nothing. */
export function resolveReferences(
  values: ConfigObject,
  variables: Readonly<Record<string, string | undefined>>,
  origin: (path: readonly string[]) => string | undefined,
): { values: ConfigObject; problems: string[] } {
  const problems: string[] = []

  const resolve = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, String(index)]))
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, [...path, key])]))
    if (typeof value !== 'string') return value
    const [, kind, name] = /^\$(env|file):(.+)$/.exec(value) ?? []
    if (kind === 'env') {
      const found = variables[name!]
      if (found === undefined) problems.push(`${place(path, origin(path))}: the variable ${name} is not set.`)
      return found
    }
    return kind === 'file' ? fileContent(name!, path) : value
  }

  const fileContent = (name: string, path: readonly string[]): string | undefined => {
    try {
      return readFileSync(name, 'utf8').trimEnd()
    } catch (error) {
      problems.push(`${place(path, origin(path))}: the file ${name} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
      return undefined
    }
  }

  return { values: resolve(values, []) as ConfigObject, problems }
}

/** `plugins.x.config.y in config/local.yaml` */
export const place = (path: readonly PropertyKey[], origin: string | undefined): string =>
  `${path.map(String).join('.')}${origin === undefined ? '' : ` in ${origin}`}`
