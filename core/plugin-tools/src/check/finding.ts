/** Something that would stop a plugin, or hurt who installs it. */
export interface Finding {
  readonly rule: string
  /** Relative to the plugin's folder. */
  readonly file: string
  /** What is wrong, a sentence without its end. */
  readonly problem: string
  /** What to do about it, a sentence. */
  readonly fix: string
}

/** @example src/server/plugin.ts: imports "left-pad", which is in no list of dependencies. Run: npm install left-pad */
export const sentenceOf = ({ file, problem, fix }: Finding): string => `${file}: ${problem}. ${fix}`
