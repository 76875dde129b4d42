import { existsSync, readFileSync } from 'node:fs'

/**
 * What a run of vitest came to, from its JSON report: a test that did not run counts as failed, and so does a file without tests.
 * `files` are those with a failure, each with what it counted.
 */
export const readResults = (file, exitCode) => {
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  if (report === undefined) return { passed: 0, failed: 1, problems: ['vitest did not finish: there is no report of its results'], files: [] }
  const problems = []
  const files = []
  let passed = 0
  let failed = 0
  for (const { name, assertionResults, status, message } of report.testResults) {
    const bad = assertionResults.filter((test) => test.status !== 'passed')
    for (const test of bad) problems.push(`${test.status}: ${name} > ${test.fullName}`)
    const outside = assertionResults.length === 0 || (status === 'failed' && bad.length === 0)
    if (outside) problems.push(`${assertionResults.length === 0 ? 'no tests' : 'failed outside of its tests'}: ${name} ${message}`.trim())
    const counted = { name, passed: assertionResults.length - bad.length, failed: bad.length + (outside ? 1 : 0) }
    passed += counted.passed
    failed += counted.failed
    if (counted.failed > 0) files.push(counted)
  }
  if (exitCode !== 0 && failed === 0) {
    failed += 1
    problems.push('vitest failed outside of the tests; see above')
  }
  return { passed, failed, problems, files }
}

/** A run whose failed files were run again: the second run counts for them, and what it mended stays named. One that did not finish mended nothing. */
export const runAgain = (first, second) => ({
  passed: first.passed - first.files.reduce((sum, { passed }) => sum + passed, 0) + second.passed,
  failed: first.failed - first.files.reduce((sum, { failed }) => sum + failed, 0) + second.failed,
  problems: [
    ...first.files
      .filter(({ name }) => second.passed > 0 && !second.files.some((file) => file.name === name))
      .map(({ name }) => `unsteady, passed when it was run again: ${name}`),
    ...second.problems,
  ],
  files: second.files,
})

/** The last line of every run. */
export const summary = ({ passed, failed }) => `${passed} passed, ${failed} failed`

/** Reads such a line back; `undefined` when the output does not end with one. */
export const parseSummary = (output) => {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(output.trim().split('\n').at(-1) ?? '') ?? []
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) }
}
