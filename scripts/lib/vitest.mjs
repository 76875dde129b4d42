import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'
import { readResults } from './test-results.mjs'

/** Runs vitest; answers how many tests passed and failed. */
export const runVitest = async (args, { env = process.env, report = 'vitest.json' } = {}) => {
  const folder = join(root, '.cache')
  const file = join(folder, report)
  mkdirSync(folder, { recursive: true })
  rmSync(file, { force: true })
  const { code } = await run(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args],
    { env },
  )
  const results = readResults(file, code)
  for (const problem of results.problems) console.error(problem)
  return results
}
