/** What `POST /api/v1/configuration/import` answers; on a dry run, what it would do. */
export interface ConfigurationResult {
  readonly changes: readonly ThingChange[]
  readonly problems: readonly ConfigurationProblem[]
  readonly missingSecrets: readonly { readonly name: string; readonly file: string; readonly path: string }[]
  readonly kept: readonly string[]
  readonly applied: boolean
  readonly hash: string
  readonly warnings: readonly string[]
}

export interface ConfigurationProblem {
  readonly file: string
  readonly path: string
  readonly message: string
}

export interface FieldChange {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

export interface ThingChange {
  readonly file: string
  readonly kind: string
  readonly key: string
  readonly change: 'added' | 'changed' | 'removed'
  readonly fields: readonly FieldChange[]
  readonly conflict?: 'both' | 'here' | 'gone'
}

/** Of what kind the changes are. */
export const countsOf = (changes: readonly ThingChange[]): Record<ThingChange['change'], number> => {
  const counts = { added: 0, changed: 0, removed: 0 }
  for (const { change } of changes) counts[change]++
  return counts
}

/** A conflict stands beside its change, with what can be done about it; what is left has to be mended in the files. */
export const problemsBeside = ({ problems, changes }: ConfigurationResult): readonly ConfigurationProblem[] =>
  problems.filter(({ file, path }) => path !== '' || !changes.some((change) => change.file === file && change.conflict !== undefined))

/** As in a file: texts as they are, everything else as it would be written. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
