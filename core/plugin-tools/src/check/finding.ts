/** Something that would stop a plugin, or hurt who installs it. */
export interface Finding {
  readonly rule: string
  /** Relative to the plugin's folder. */
  readonly file: string
  /** From 1, where there is one to name. */
  readonly line?: number
  /** What is wrong, a sentence without its end. */
  readonly problem: string
  /** What to do about it, a sentence. */
  readonly fix: string
}

/** @example src/server/plugin.ts:3: imports "left-pad", which is in no list of dependencies. Run: npm install left-pad */
export const sentenceOf = ({ file, line, problem, fix }: Finding): string => `${file}${line === undefined ? '' : `:${line}`}: ${problem}. ${fix}`
