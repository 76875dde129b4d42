import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'
import { readResults, runAgain, sumResults } from './test-results.mjs'

/** More failed files than these are a change that broke something, not an unsteady test. */
const unsteadyAtMost = 3

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

/** The arguments of vitest without the files that they choose, which are last among equals: `--project unit unit/a.test.ts`. */
const optionsOf = async (args) => {
  // not at import time: whoever runs the tests may have nothing installed yet
  const { parseCLI } = await import('vitest/node')
  return parseCLI(['vitest', 'run', ...args]).filter.reduce((rest, file) => rest.toSpliced(rest.lastIndexOf(file), 1), args)
}

/** In continuous integration (`CI` is set) a few failed files are run once more, and named. */
const unsteadyAgain = async (results, args, { env, report, quiet }) => {
  const { files } = results
  if (!env['CI'] || files.length === 0 || files.length > unsteadyAtMost) return results
  if (!quiet) for (const problem of results.problems) console.error(problem)
  return runAgain(results, await runOnce([...(await optionsOf(args)), ...files.map(({ name }) => name)], { env, report: `again-${report}`, quiet }))
}

/** Runs vitest; answers how many tests passed and failed, with the output where it is `quiet`. */
export const runVitest = async (args, { env = process.env, report = 'vitest.json', quiet = false } = {}) => {
  const options = { env, report, quiet }
  const results = await runOnce(args, options)
  return { ...(await unsteadyAgain(results, args, options)), output: results.output }
}

/**
 * Runs every test: those in a browser go one after another beside the others, which leaves the machine room, and `afterBrowser` takes their place when
 * they are done. It answers results with their output.
 */
export const runEveryTest = async ({ env = process.env, afterBrowser = () => undefined } = {}) => {
  const besides = async () => {
    const browser = await runOnce(['--project', 'browser'], { env, report: 'vitest-browser.json', quiet: true })
    return [browser, await afterBrowser()]
  }
  const [others, [browser, last]] = await Promise.all([runOnce(['--project', '!browser'], { env, report: 'vitest.json' }), besides()])
  for (const run of [browser, last]) process.stdout.write(run?.output ?? '')
  const results = await unsteadyAgain(sumResults([others, browser]), [], { env, report: 'vitest.json', quiet: false })
  return last === undefined ? results : sumResults([results, last])
}
