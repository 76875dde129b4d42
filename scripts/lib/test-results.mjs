import { existsSync, readFileSync } from 'node:fs'

/** What a run of vitest came to, from its JSON report: a test that did not run counts as failed, and so does a file without tests. */
export const readResults = (file, exitCode) => {
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  if (report === undefined) return { passed: 0, failed: 1, problems: ['vitest did not finish: there is no report of its results'] }
  const problems = []
  let passed = 0
  let failed = 0
  for (const { name, assertionResults, status, message } of report.testResults) {
    const bad = assertionResults.filter((test) => test.status !== 'passed')
    passed += assertionResults.length - bad.length
    failed += bad.length
    for (const test of bad) problems.push(`${test.status}: ${name} > ${test.fullName}`)
    if (assertionResults.length === 0 || (status === 'failed' && bad.length === 0)) {
      failed += 1
      problems.push(`${assertionResults.length === 0 ? 'no tests' : 'failed outside of its tests'}: ${name} ${message}`.trim())
    }
  }
  if (exitCode !== 0 && failed === 0) {
    failed += 1
    problems.push('vitest failed outside of the tests; see above')
  }
  return { passed, failed, problems }
}

/** The last line of every run. */
export const summary = ({ passed, failed }) => `${passed} passed, ${failed} failed`

/** Reads such a line back; `undefined` when the output does not end with one. */
export const parseSummary = (output) => {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(output.trim().split('\n').at(-1) ?? '') ?? []
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) }
}
