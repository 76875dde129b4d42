import compare from 'semver/functions/compare.js'
import cleaned from 'semver/functions/valid.js'

/** Whether the text is a whole version such as `1.2.0`, so that it can name a folder and be compared. */
export const isVersion = (text: string): boolean => cleaned(text) === text

/** Below zero when `one` is older than `other`. What is no version is older than everything. */
export const compareVersions = (one: string, other: string): number => compare(valid(one), valid(other))

const valid = (text: string): string => (isVersion(text) ? text : '0.0.0-0')
