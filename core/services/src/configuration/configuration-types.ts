/** One thing that is wrong with a file. */
export interface ConfigurationProblem {
  readonly file: string
  /** Of the property, dotted; `''` for the whole. */
  readonly path: string
  readonly message: string
}

export interface FieldChange {
  readonly path: string
  /** As in a file; `undefined` where there is nothing. */
  readonly before?: unknown
  readonly after?: unknown
}

export interface ThingChange {
  readonly file: string
  readonly kind: string
  readonly key: string
  readonly change: 'added' | 'changed' | 'removed'
  /** Of a changed thing. */
  readonly fields: readonly FieldChange[]
  /**
   * This installation and its files went apart since the last export or import: `both` have changed, or only it (`here`), or it was deleted here
   * (`gone`). An import would undo that change.
   */
  readonly conflict?: 'both' | 'here' | 'gone'
}

/** A secret that nobody gave and that is not here yet. */
export interface MissingSecret {
  readonly name: string
  readonly file: string
  readonly path: string
}

export interface ConfigurationDifference {
  readonly changes: readonly ThingChange[]
  readonly problems: readonly ConfigurationProblem[]
  readonly missingSecrets: readonly MissingSecret[]
  /** Files whose plugin or channel does not run here: kept as they are, exported again, applied by nobody. */
  readonly kept: readonly string[]
}

export interface ImportOptions {
  /** Remove what the files do not have. */
  readonly prune?: boolean
  /** `plugin` or `plugin/kind`: nothing else is looked at. */
  readonly only?: readonly string[]
  /** Values of secrets by their names in the files. */
  readonly secrets?: Readonly<Record<string, string>>
}

export interface ImportResult extends ConfigurationDifference {
  /** False on a dry run, and when there was something in the way. */
  readonly applied: boolean
  /** Of everything as it is afterwards (on a dry run: would be). */
  readonly hash: string
  /** What failed after the commit, such as a provider that could not be told. */
  readonly warnings: readonly string[]
}

export interface ConfigurationExport {
  readonly hash: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** Kinds that are known here; files of others are none of this installation's business. */
  readonly kinds: readonly string[]
}
