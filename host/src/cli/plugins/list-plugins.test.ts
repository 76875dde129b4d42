import { PluginStateStore } from '@parley/services'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pluginsCommand } from '../../../test/plugins-at-the-command-line.ts'
import { TemporaryInstallation } from '../../../test/temporary-installation.ts'

let place: TemporaryInstallation
let database: TestDatabase
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
})
afterEach(async () => {
  await database.close()
  place[Symbol.dispose]()
})

const run = (...words: readonly string[]) => pluginsCommand(place, words, { variables: { DATABASE_URL: database.url } })
const lines = async (): Promise<readonly string[]> => (await run('list')).output.split('\n')

test('the list says who disabled a plugin, when and why, which crashed too often, and what the configuration switches off', async () => {
  for (const id of ['bomb', 'fine', 'quiet', 'unwanted']) await run('add', place.plugin(id), '--yes')
  place.write('config/local.yaml', 'plugins: { unwanted: { enabled: false } }')
  await run('disable', 'quiet', '--reason', 'nobody uses it', '--yes')
  const at = new Date('2026-11-21T09:30:00Z')
  const store = new PluginStateStore(database.host)
  await store.decide({ plugin: 'bomb', state: 'quarantined', reason: 'boom', by: undefined, at, crashes: [at, at, at] })

  expect(await lines()).toEqual([
    'bomb  1.0.0  plugins/bomb  in quarantine: it ended the process 3 times within ten minutes, last on 2026-11-21 09:30 UTC: boom  signed: none: nobody vouches for it',
    'fine  1.0.0  plugins/fine  enabled  signed: none: nobody vouches for it',
    expect.stringMatching(/^quiet {2}1\.0\.0 {2}plugins\/quiet {2}disabled: .+ at the command line disabled it on .+ UTC: nobody uses it {2}/),
    'unwanted  1.0.0  plugins/unwanted  disabled in config/local.yaml  signed: none: nobody vouches for it',
  ])
  const { plugins, decisionsKnown } = JSON.parse((await run('list', '--json')).output) as { plugins: { id: string }[]; decisionsKnown: boolean }
  expect(decisionsKnown).toBe(true)
  const json = Object.fromEntries(plugins.map((plugin) => [plugin.id, plugin]))
  expect(json['bomb']).toMatchObject({
    enabled: false,
    decision: { state: 'quarantined', reason: 'boom', at: at.toISOString(), crashes: [{}, {}, {}] },
  })
  expect(json['quiet']).toMatchObject({ enabled: false, decision: { by: expect.stringMatching(/ at the command line$/) as string } })
  expect(json['fine']).toMatchObject({ enabled: true })
  expect(json['unwanted']).toMatchObject({ enabled: false })
})

test('without a database it lists what is installed and says what nobody can know', async () => {
  await run('add', place.plugin('quiet'), '--yes')
  await run('disable', 'quiet', '--yes')
  const away = (...words: readonly string[]) => pluginsCommand(place, words, { variables: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' } })
  expect(await away('list')).toEqual({
    code: 0,
    output: `quiet  1.0.0  plugins/quiet  enabled  signed: none: nobody vouches for it
No database answers here: who disabled or quarantined which of them outside the configuration is not known.`,
  })
  expect(JSON.parse((await away('list', '--json')).output)).toMatchObject({ plugins: [{ id: 'quiet', enabled: true }], decisionsKnown: false })
})
