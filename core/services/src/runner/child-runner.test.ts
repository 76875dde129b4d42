import { expect, test } from 'vitest'
import { testRunners, type TestRunners } from './test-runners.ts'

const pidOf = ({ log }: TestRunners): number => log.findLast(({ msg }) => msg === 'A runner was started')!['pid'] as number

test('the child is started by the first run, killed in the middle it loses what it had, and the next run has another', async () => {
  await using host = testRunners()
  expect(host.runners.statistics()).toEqual({ connected: 0, unreachable: 0 })
  expect(host.runners.problem()).toBeUndefined()
  await host.run('module.exports = () => 1')
  const first = pidOf(host)

  const call = '(exports, input, { kill }) => exports(kill)'
  const functions = { kill: async () => (process.kill(first, 'SIGKILL'), null) }
  const lost = await host.failing('module.exports = async (kill) => { console.log("before"); await kill(); return 1 }', { call, functions })
  expect(lost).toMatchObject({ reason: 'lost', status: 502, log: [{ level: 'info', text: 'before' }] })
  expect((await host.run('module.exports = () => 2')).value).toBe(2)
  expect(pidOf(host)).not.toBe(first)
})

test('the child has nothing of what is around its parent', async () => {
  await using host = testRunners()
  await host.run('module.exports = () => 1')
  const { readFileSync } = await import('node:fs')
  const variables = readFileSync(`/proc/${pidOf(host)}/environ`, 'utf8')
    .split('\0')
    .filter(Boolean)
  expect(variables).toEqual(['TZ=UTC'])
})

test('a child that cannot start says why', async () => {
  await using host = testRunners({ program: '/nowhere/main.js' })
  expect(await host.failing('module.exports = () => 1')).toMatchObject({ reason: 'no_runner' })
  expect(host.runners.problem()).toMatch(/did not start: .*\/nowhere\/main\.js/s)
})
