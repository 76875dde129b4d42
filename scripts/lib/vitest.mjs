import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'
import { readResults, runAgain, sumResults } from './test-results.mjs'

/** More failed files than these are a change that broke something, not an unsteady test. */
const unsteadyAtMost = 3

/** Tests in a browser go one after another, which leaves the machine room for the others. */
const everyTest = [
  ['--project', '!browser'],
  ['--project', 'browser'],
]

const runOnce = async (args, { env, report, quiet = false }) => {
  const folder = join(root, '.cache')
  const file = join(folder, report)
  mkdirSync(folder, { recursive: true })
  rmSync(file, { force: true })
  const { code, output } = await run(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      `--reporter=${join(root, 'scripts/lib/json-reporter.mjs')}`,
      `--outputFile.json=${file}`,
      ...args,
    ],
    { env, capture: quiet, quiet },
  )
  return { ...readResults(file, code), output }
}

/** Every test, in two runs side by side; what the second printed follows the first. */
const runEverything = async ({ env, report }) => {
  const runs = await Promise.all(everyTest.map((args, index) => runOnce(args, { env, report: `${index}-${report}`, quiet: index > 0 })))
  for (const { output } of runs) process.stdout.write(output)
  return sumResults(runs)
}

/** The arguments of vitest without the files that they choose, which are last among equals: `--project unit unit/a.test.ts`. */
const optionsOf = async (args) => {
  // not at import time: whoever runs the tests may have nothing installed yet
  const { parseCLI } = await import('vitest/node')
  return parseCLI(['vitest', 'run', ...args]).filter.reduce((rest, file) => rest.toSpliced(rest.lastIndexOf(file), 1), args)
}

/** Runs vitest; answers how many tests passed and failed. In continuous integration (`CI` is set) a few failed files are run once more, and named. */
export const runVitest = async (args, { env = process.env, report = 'vitest.json' } = {}) => {
  let results = args.length > 0 ? await runOnce(args, { env, report }) : await runEverything({ env, report })
  const { files } = results
  if (env['CI'] && files.length > 0 && files.length <= unsteadyAtMost) {
    for (const problem of results.problems) console.error(problem)
    results = runAgain(results, await runOnce([...(await optionsOf(args)), ...files.map(({ name }) => name)], { env, report: `again-${report}` }))
  }
  for (const problem of results.problems) console.error(problem)
  return results
}
