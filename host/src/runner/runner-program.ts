import { createRequire } from 'node:module'

/** What a runner's threads and child processes run: compiled, also for those who run from sources. */
export const runnerProgram = (): string => createRequire(import.meta.url).resolve('@parley/services/runner-program')
