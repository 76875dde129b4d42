import { existsSync, readFileSync } from 'node:fs'

/**
 * What a run of vitest came to, from its JSON report: a test that did not run counts as failed, and so do a file without tests and an error that no test
 * caught. `ran` are the files, `files` those with a failure, each with what it counted; `errors` are what no file counted.
 */
export const readResults = (file, exitCode) => {
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  if (report === undefined) {
    const errors = ['vitest did not finish: there is no report of its results']
    return { passed: 0, failed: 1, problems: errors, ran: [], files: [], errors }
  }
  const problems = []
  const files = []
  let passed = 0
  let failed = 0
  for (const { name, assertionResults, status, message } of report.testResults) {
    const bad = assertionResults.filter((test) => test.status !== 'passed')
    const outside = assertionResults.length === 0 || (status === 'failed' && bad.length === 0)
    const own = bad.map((test) => `${test.status}: ${name} > ${test.fullName}`)
    if (outside) own.push(`${assertionResults.length === 0 ? 'no tests' : 'failed outside of its tests'}: ${name} ${message}`.trim())
    const counted = { name, passed: assertionResults.length - bad.length, failed: own.length, problems: own }
    passed += counted.passed
    failed += counted.failed
    problems.push(...own)
    if (counted.failed > 0) files.push(counted)
  }
  const errors = report.unhandledErrors.map(({ file: at, message }) => `caught by no test: ${message}${at === undefined ? '' : ` (${at})`}`)
  if (exitCode !== 0 && failed + errors.length === 0) errors.push('vitest failed outside of the tests; see above')
  return {
    passed,
    failed: failed + errors.length,
    problems: [...problems, ...errors],
    ran: report.testResults.map(({ name }) => name),
    files,
    errors,
  }
}

/**
 * A run whose failed files were run again: the second run counts for them, and what it mended stays named. A file that it did not come to stays failed,
 * and so does the first run when it had an error that no test caught.
 */
export const runAgain = (first, second) => {
  const again = first.files.filter(({ name }) => second.ran.includes(name))
  const left = first.files.filter(({ name }) => !second.ran.includes(name))
  const mended = again.filter(({ name }) => !second.files.some((file) => file.name === name))
  return {
    passed: first.passed - again.reduce((sum, { passed }) => sum + passed, 0) + second.passed,
    failed: first.failed - again.reduce((sum, { failed }) => sum + failed, 0) + second.failed,
    problems: [
      ...first.errors,
      ...left.flatMap(({ problems }) => problems),
      ...mended.map(({ name }) => `unsteady, passed when it was run again: ${name}`),
      ...second.problems,
    ],
    ran: first.ran,
    files: [...left, ...second.files],
    errors: [...first.errors, ...second.errors],
  }
}

/** What runs of different files came to together. */
export const sumResults = (runs) => ({
  passed: runs.reduce((sum, { passed }) => sum + passed, 0),
  failed: runs.reduce((sum, { failed }) => sum + failed, 0),
  problems: runs.flatMap(({ problems }) => problems),
  ran: runs.flatMap(({ ran }) => ran),
  files: runs.flatMap(({ files }) => files),
  errors: runs.flatMap(({ errors }) => errors),
})

/** The last line of every run. */
export const summary = ({ passed, failed }) => `${passed} passed, ${failed} failed`

/** Reads such a line back; `undefined` when the output does not end with one. */
export const parseSummary = (output) => {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(output.trim().split('\n').at(-1) ?? '') ?? []
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) }
}
