import { createTestDatabase, createTestHost, silentLogger } from '@parley/test-kit'
import { expect, test } from 'vitest'
import { createDatabase } from '../database/index.ts'

const hostReadingFrom = async (standby: (url: string) => string) => {
  const base = await createTestDatabase()
  const database = { ...base, ...createDatabase({ url: base.url, reports: { url: standby(base.url) }, log: silentLogger }) }
  const host = await createTestHost({ plugins: [], database })
  const close = async () => {
    await host.stop()
    await database.close()
    await base.close()
  }
  return { host, database, close, [Symbol.asyncDispose]: close }
}
type Reading = Awaited<ReturnType<typeof hostReadingFrom>>

const linesOf = async ({ host }: Reading) => (await host.platform.metrics.text()).split('\n').filter((line) => line.startsWith('parley_reports_'))
const checkOf = ({ host }: Reading) => host.platform.checks(['web']).find(({ part }) => part === 'reports')!

test('metrics tell where reports ran and how far the standby is behind', async () => {
  await using reading = await hostReadingFrom((url) => url)
  await reading.database.host.report('SELECT 1')
  await reading.database.host.report('SELECT 1')
  expect(await linesOf(reading)).toEqual([
    'parley_reports_total{server="replica"} 2',
    'parley_reports_total{server="primary"} 0',
    expect.stringMatching(/^parley_reports_lag_seconds\{standby="[^"@]+:\d+"\} \d/),
  ])
  expect(await checkOf(reading).ask()).toBeUndefined()
})

test('without the standby people are told, and the process goes on', async () => {
  await using reading = await hostReadingFrom(() => 'postgres://somebody:secret@127.0.0.1:1/x')
  await reading.database.host.report('SELECT 1')
  expect(await linesOf(reading)).toEqual(['parley_reports_total{server="replica"} 0', 'parley_reports_total{server="primary"} 1'])
  expect(checkOf(reading).needed).toBe('never')
  expect(await checkOf(reading).ask()).toBe('The standby 127.0.0.1:1 cannot be asked: connect ECONNREFUSED 127.0.0.1:1. Reports run on the primary.')
})
