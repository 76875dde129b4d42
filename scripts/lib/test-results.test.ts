import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseSummary, readResults, runAgain, summary, sumResults } from './test-results.mjs'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-results-'))
  file = join(folder, 'report.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (content: object) => writeFileSync(file, JSON.stringify(content))

describe('results of tests', () => {
  const report = (...tests: string[]) => ({
    unhandledErrors: [] as object[],
    testResults: [{ name: 'a.test.ts', status: 'passed', message: '', assertionResults: tests.map((status) => ({ status, fullName: status })) }],
  })
  const results = (content: object, code = 0) => {
    write(content)
    const { passed, failed } = readResults(file, code)
    return { passed, failed }
  }

  test('are counted', () => expect(results(report('passed', 'passed', 'failed'), 1)).toEqual({ passed: 2, failed: 1 }))
  test.each(['skipped', 'pending', 'todo'])('count a %s test as failed', (status) =>
    expect(results(report('passed', status))).toEqual({ passed: 1, failed: 1 }),
  )
  test('count a file without tests as failed', () => expect(results(report())).toEqual({ passed: 0, failed: 1 }))
  test('count a failure outside of tests', () => expect(results(report('passed'), 1)).toEqual({ passed: 1, failed: 1 }))
  test('count an error that no test caught', () => {
    const content = { ...report('passed', 'failed'), unhandledErrors: [{ file: 'a.test.ts', message: 'Error: too late' }] }
    expect(results(content, 1)).toEqual({ passed: 1, failed: 2 })
  })
  test('count a run that did not finish', () => expect(readResults(join(folder, 'none.json'), 0)).toMatchObject({ passed: 0, failed: 1 }))

  test('of a file that failed are those of its second run, and an unsteady file stays named', () => {
    const ran = (name: string, ...statuses: string[]) => ({ ...report(...statuses).testResults[0], name })
    const read = (...testResults: object[]) => {
      write({ unhandledErrors: [], testResults })
      return readResults(file, 1)
    }
    const first = read(ran('steady.test.ts', 'passed'), ran('unsteady.test.ts', 'passed', 'failed'), ran('broken.test.ts', 'failed'))
    const both = runAgain(first, read(ran('unsteady.test.ts', 'passed', 'passed'), ran('broken.test.ts', 'failed')))
    expect(both).toMatchObject({ passed: 3, failed: 1, files: [{ name: 'broken.test.ts' }] })
    expect(both.problems).toEqual(['unsteady, passed when it was run again: unsteady.test.ts', expect.stringContaining('failed: broken.test.ts')])
    const killed = runAgain(first, readResults(join(folder, 'none.json'), 1))
    expect(killed).toMatchObject({ passed: 2, failed: 3 })
    expect(killed.problems).toEqual([...first.problems, 'vitest did not finish: there is no report of its results'])
  })

  test('of runs side by side are added, whatever became of one of them', () => {
    write({ ...report('passed', 'failed'), unhandledErrors: [{ message: 'Error: too late' }] })
    const first = readResults(file, 1)
    const both = sumResults([first, readResults(join(folder, 'none.json'), 1)])
    expect(both).toMatchObject({ passed: 1, failed: 3, ran: ['a.test.ts'], files: [{ name: 'a.test.ts' }] })
    expect(both.problems).toEqual([...first.problems, 'vitest did not finish: there is no report of its results'])
    expect(both.errors).toEqual(['caught by no test: Error: too late', 'vitest did not finish: there is no report of its results'])
  })

  test('are said in the last line, and read from there', () => {
    expect(parseSummary(`much\n${summary({ passed: 12, failed: 3 })}\n`)).toEqual({ passed: 12, failed: 3 })
    expect(parseSummary('killed')).toBeUndefined()
  })
})

test('an error that no test caught stays a failure when what failed beside it passes the second time, which is run with the same options', () => {
  const marker = JSON.stringify(join(folder, 'once'))
  const files = {
    unsteady: `import fs from 'node:fs'
test('the first time fails', () => { const again = fs.existsSync(${marker}); fs.writeFileSync(${marker}, ''); expect(again).toBe(true) })`,
    leaking: `test('passes', () => { void Promise.reject(new Error('nobody waited')) })`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.test.js`), text)
  const program = `import { runVitest } from './scripts/lib/vitest.mjs'
const { passed, failed, problems } = await runVitest(process.argv.slice(1), { report: 'results-test.json' })
console.log('\\n' + JSON.stringify({ passed, failed, problems }))`
  const args = ['--input-type=module', '--eval', program, '--', '--root', folder, '--globals', 'unsteady', 'leaking']
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { PATH: process.env['PATH'], CI: 'true' } })
  expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({
    passed: 2,
    failed: 1,
    problems: [
      `caught by no test: Error: nobody waited (${join(folder, 'leaking.test.js')})`,
      `unsteady, passed when it was run again: ${join(folder, 'unsteady.test.js')}`,
    ],
  })
}, 60_000)
