import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@parley/plugin-api'
import { createTestDatabase, testServerUrl, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestClock, type TestClock } from '../clock/index.ts'
import { PluginStates, thisProcess } from './index.ts'
import { startOf } from './process-mark.ts'

let database: TestDatabase
let clock: TestClock
let dataDir: string
let logged: string[]
const minute = 60_000
const write = (message: string): void => void logged.push(message)
const log: Logger = { debug: write, info: write, warn: write, error: write }
const kernel = { touches: () => ({ consumes: [], provides: [] }), applyDecisions: () => undefined } as never
const away = (): string => testServerUrl().replace(/:\d+\//, ':1/')

beforeEach(async () => {
  database = await createTestDatabase()
  clock = createTestClock()
  dataDir = mkdtempSync(join(tmpdir(), 'parley-crashes-'))
  logged = []
})
afterEach(async () => {
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const states = (more: object = {}): PluginStates =>
  new PluginStates({ database, url: database.url, dataDir, clock, log, critical: ['base'], ids: ['base', 'bomb'], ...more })
/** A process that starts, and one that ends. */
const boot = async (): Promise<PluginStates> => {
  const one = states()
  await one.load(kernel)
  return one
}
const crash = async (plugin = 'bomb', more: object = {}): Promise<void> => states(more).crashed(plugin, new Error('boom'))
const files = (): string[] => readdirSync(join(dataDir, 'crashes'))

test('three exits within ten minutes are too many, whichever processes they were', async () => {
  await crash()
  await clock.advance(4 * minute)
  await crash()
  expect((await boot()).of('bomb')).toBeUndefined()
  await clock.advance(5 * minute)
  await crash()
  const known = await boot()
  expect(known.of('bomb')).toMatchObject({
    state: 'quarantined',
    by: undefined,
    reason: 'boom',
    crashes: ['09:00', '09:04', '09:09'].map((time) => new Date(`2026-11-20T${time}:00Z`)),
  })
  expect(known.decisions.of('bomb')).toEqual({
    state: 'quarantined',
    reason: 'it ended the process 3 times within ten minutes, last on 2026-11-20 09:09 UTC: boom',
  })
  expect(logged.at(-1)).toBe('A plugin is in quarantine and is not loaded')
  const [entry] = await database.host.query<{ action: string; actor_name: string }>('SELECT action, actor_name FROM {audit_log}')
  expect(entry).toEqual({ action: 'plugin.quarantine', actor_name: 'Parley' })
})

test('slower ones are not, and after a release it may crash twice again', async () => {
  for (let time = 0; time < 4; time++) {
    await crash()
    await clock.advance(6 * minute)
  }
  expect((await boot()).of('bomb')).toBeUndefined()
  await crash()
  await crash()
  expect((await boot()).of('bomb')?.state).toBe('quarantined')
  await states().store.forget('bomb')
  await crash()
  await crash()
  expect((await boot()).of('bomb')).toBeUndefined()
})

test('processes that crash in the same moment count one another', async () => {
  await Promise.all([crash(), crash(), crash()])
  expect((await boot()).of('bomb')?.state).toBe('quarantined')
})

test('crashes while PostgreSQL is away are in files, and count at the next start, once', async () => {
  for (let time = 0; time < 2; time++) await crash('bomb', { url: away() })
  expect(logged).toContain('A crash is noted in the data folder only; the next start stores it')
  expect(files()).toHaveLength(2)
  // one of another process, half of one, and something that is none
  states().noteCrash('other', 'no error at all')
  writeFileSync(join(dataDir, 'crashes', 'half.json.part'), '{"id":')
  writeFileSync(join(dataDir, 'crashes', 'odd.json'), '{}')
  expect((await boot()).of('bomb')).toBeUndefined()
  expect(files().sort()).toEqual(['half.json.part', 'odd.json'])
  expect((await boot()).of('bomb')).toBeUndefined()
  await crash()
  expect((await boot()).of('bomb')?.state).toBe('quarantined')
})

test('where nothing can be written that is said, and what everything needs is never stopped', async () => {
  writeFileSync(join(dataDir, 'crashes'), 'a file where the folder should be')
  for (let time = 0; time < 3; time++) await crash('base')
  expect(logged).toContain('A crash could not be noted in the data folder')
  expect(logged.at(-1)).toBe('A plugin crashes again and again, and Parley cannot work without it')
  expect((await boot()).of('base')).toBeUndefined()
  await crash('base', { url: away() })
  expect(logged.at(-1)).toBe('A crash could not be noted anywhere')
})

test('before the first migration nothing is known and nothing is lost', async () => {
  await database.host.query('DROP TABLE {plugin_crashes}')
  await crash()
  expect(files()).toHaveLength(1)
  expect((await boot()).of('bomb')).toBeUndefined()
})

test('a crash that no database takes keeps neither its plugin out of quarantine nor the decisions from being read', async () => {
  for (let time = 0; time < 3; time++) await states().crashed('bomb', new Error('boom\0'))
  expect((await boot()).of('bomb')).toMatchObject({ state: 'quarantined', reason: 'boom' })
  const foreign = { id: '00000000-0000-4000-8000-000000000001', plugin: 'bomb', at: clock.now(), process: 'one', message: 'left \0 behind' }
  writeFileSync(join(dataDir, 'crashes', `${foreign.id}.json`), JSON.stringify(foreign))
  expect((await boot()).of('bomb')).toMatchObject({ state: 'quarantined' })
})

test('what a process wrote down before its memory ran out counts when it has ended, and not before', async () => {
  const own = thisProcess()
  let number = 0
  const leave = (onceEnded: unknown): string => {
    const id = `00000000-0000-4000-8000-00000000000${++number}`
    const note = { id, plugin: 'bomb', at: clock.now(), process: 'one', message: 'memory ran out', onceEnded }
    mkdirSync(join(dataDir, 'crashes'), { recursive: true })
    writeFileSync(join(dataDir, 'crashes', `${id}.json`), JSON.stringify(note))
    return `${id}.json`
  }
  const noted = () => database.host.query('SELECT id FROM {plugin_crashes}')
  // this one; one that has just begun, so that the list has it not yet; one of another machine that holds its place in the list; damaged ones
  const parent = { ...own, pid: process.ppid, started: startOf(process.ppid) }
  const elsewhere = { machine: 'elsewhere', pid: 7, started: '5' }
  const kept = [own, parent, elsewhere, { ...own, pid: 'all' }, 'nobody'].map(leave)
  await database.host.query(
    `INSERT INTO {instances} (mark, roles, version, machine, pid, watched, plugin_set, plugins) VALUES ('0000000f', '{web}', '1', 'elsewhere', 7, false, 'one', '{}')`,
  )
  expect((await boot()).of('bomb')).toBeUndefined()
  expect(await noted()).toEqual([])
  expect(files().sort()).toEqual(kept)

  // a restarted container has the number of the one before it
  leave({ ...own, started: '1' })
  leave({ ...parent, started: '1' })
  leave({ ...elsewhere, pid: 8 })
  expect((await boot()).of('bomb')?.state).toBe('quarantined')
  expect(await noted()).toHaveLength(3)
  expect(files().sort()).toEqual(kept)
  expect(logged).toContain('The memory of a process ran out, and most of what it took last was taken by a plugin')
})
