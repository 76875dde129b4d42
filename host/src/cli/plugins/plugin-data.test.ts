import { hostname } from 'node:os'
import type { Migrations } from '@parley/plugin-api'
import { createAudit, createClaims, systemClock } from '@parley/services'
import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pluginTarball } from '../../../test/plugin-tarball.ts'
import { pluginsCommand } from '../../../test/plugins-at-the-command-line.ts'
import { TemporaryInstallation } from '../../../test/temporary-installation.ts'
import { readPluginLock } from '../../plugins/plugin-lock.ts'

const migrations: Migrations = {
  '20261121T0900_accounts': {
    async up(db) {
      await db.raw('CREATE TABLE accounts (id integer)')
    },
  },
}

let place: TemporaryInstallation
let database: TestDatabase
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase({
    plugins: [
      { id: 'line', migrations },
      { id: 'line-tidy', migrations },
    ],
  })
})
afterEach(async () => {
  await database.close()
  place[Symbol.dispose]()
})

const run = (...words: readonly string[]) => pluginsCommand(place, words, { variables: { DATABASE_URL: database.url } })
const schemas = async (): Promise<readonly string[]> =>
  (await database.host.query<{ name: string }>("SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'plugin%' ORDER BY 1")).map(
    ({ name }) => name,
  )

test('adding, updating, removing and purging leave audit entries', async () => {
  const file = pluginTarball(place.root, 'line')
  expect((await run('add', file, '--yes')).output).not.toContain('audit')
  const approved = readPluginLock(place.root).entries['line']
  await run('update', pluginTarball(place.root, 'line', { version: '1.1.0' }), '--yes')
  await run('remove', 'line')
  await run('purge', 'line', '--confirm', 'line')
  const entries = await createAudit({ database, clock: systemClock() }).store.list({ limit: 10 })
  expect(entries.map(({ action }) => action).reverse()).toEqual(['plugin.add', 'plugin.update', 'plugin.remove', 'plugin.purge'])
  expect(entries.at(-1)).toMatchObject({
    plugin: 'host',
    object: { type: 'plugin', id: 'line', title: 'line 1.0.0' },
    actor: { kind: 'system', id: 'command-line', name: expect.stringMatching(/ at the command line$/) as string },
    after: approved,
  })
  expect(entries.at(-2)).toMatchObject({ before: { version: '1.0.0' }, after: { version: '1.1.0' } })
})

test('without a database the change is made, and that nobody noted it is said', async () => {
  const { code, output } = await pluginsCommand(place, ['add', pluginTarball(place.root, 'line'), '--yes'], {
    variables: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' },
  })
  expect([code, output.split('\n').at(-1)]).toEqual([0, 'It is not in the audit log: no database answers here.'])
})

test('removing keeps data; purging takes the id a second time and deletes what the plugin stored, and nothing else', async () => {
  await run('add', pluginTarball(place.root, 'line'), '--yes')
  await expect(run('purge', 'line', '--confirm', 'line')).rejects.toThrow('"line" is installed. Remove it first: parley plugins remove line')
  expect((await run('remove', 'line', '--yes')).code).toBe(0)
  await expect(run('remove', 'line')).rejects.toThrow('No plugin "line" is in config/plugins.lock.yaml.')
  expect(await schemas()).toEqual(['plugin_line', 'plugin_line_tidy'])

  const save = `INSERT INTO {settings} (plugin, page, value, updated_at) VALUES ($1, 'general', '{}', now())`
  for (const id of ['line', 'line-tidy']) await database.host.query(save, [id])
  const asked = await run('purge', 'line')
  expect(asked).toEqual({
    code: 1,
    output: `This deletes the schema plugin_line with all its tables, 1 settings and 0 files. The audit log stays.
Nothing was deleted. Add --confirm line to delete it.`,
  })
  expect((await run('purge', 'line', '--confirm', 'lime')).code).toBe(1)
  expect(await schemas()).toEqual(['plugin_line', 'plugin_line_tidy'])

  expect((await run('purge', 'line', '--confirm', 'line')).code).toBe(0)
  expect(await schemas()).toEqual(['plugin_line_tidy'])
  expect(await database.host.query('SELECT plugin FROM {settings}')).toEqual([{ plugin: 'line-tidy' }])
  expect(await run('purge', 'line', '--confirm', 'line')).toEqual({ code: 0, output: 'There are no data of "line".' })
})

test('data of a plugin that a process still runs are not purged', async () => {
  const claims = createClaims({ url: database.url, clock: systemClock(), log: silentLogger, version: '1.0.0' })
  await claims.start(['web'], { hash: 'a', plugins: { line: '1.0.0' } })
  await expect(run('purge', 'line', '--confirm', 'line')).rejects.toThrow(
    `"line" still runs in ${hostname()} (process ${process.pid}). Restart these processes first`,
  )
  await claims.stop()
  expect((await run('purge', 'line', '--confirm', 'line')).code).toBe(0)
})

test.each(['host', 'Line', '../x', 'a"; DROP SCHEMA host'])('%s is no id to purge', async (id) => {
  await expect(run('purge', id, '--confirm', id)).rejects.toThrow('Use: parley plugins purge <id>')
  expect(await schemas()).toHaveLength(2)
})
