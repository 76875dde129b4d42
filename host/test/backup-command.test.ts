import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createAudit, systemClock, type AuditRecord } from '@parley/services'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backup } from '../src/cli/backup.command.ts'
import type { Command } from '../src/cli/command.ts'
import { restore } from '../src/cli/restore.command.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

let place: TemporaryInstallation
let database: TestDatabase
let other: TestDatabase
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
  other = await createTestDatabase()
})
afterEach(async () => {
  await Promise.all([database.close(), other.close()])
  place[Symbol.dispose]()
})

async function run(command: Command, { url }: TestDatabase, ...args: readonly string[]): Promise<{ code: number | undefined; output: string }> {
  const lines: string[] = []
  const variables = { DATABASE_URL: url, PARLEY_DATA_DIR: join(place.root, 'data'), PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }
  const code = await command({ root: place.root, variables, args, print: (line) => lines.push(line) })
  return { code, output: lines.join('\n') }
}
const entries = (of: TestDatabase): Promise<readonly AuditRecord[]> => createAudit({ database: of, clock: systemClock() }).store.list({ limit: 10 })

test('a backup and a restore leave an entry of who and what, without the path', async () => {
  const folder = join(place.root, 'kept', 'nightly')
  const { code, output } = await run(backup, database, folder)
  expect([code, output]).toEqual([0, expect.not.stringContaining('audit')])
  const [made, ...others] = await entries(database)
  expect(others).toEqual([])
  expect(made).toMatchObject({
    action: 'installation.backup',
    object: { type: 'installation', id: 'installation', title: expect.stringMatching(/^Backup of 20\d\d-/) as string },
    actor: { kind: 'system', id: 'command-line', name: expect.stringMatching(/ at the command line$/) as string },
    after: { folder: 'nightly', withKey: false, files: 0, tables: expect.any(Number) as number },
  })
  expect(JSON.stringify(made)).not.toContain(place.root)

  expect(await entries(other)).toEqual([])
  expect(await run(restore, other, folder, '--replace')).toMatchObject({ code: 0 })
  const { madeAt } = made!.after as { madeAt: string }
  expect(await entries(other)).toMatchObject([
    { action: 'installation.restore', object: { title: `Backup of ${madeAt}` }, actor: { id: 'command-line' }, after: { folder: 'nightly', madeAt } },
  ])
})

test('what fails leaves none', async () => {
  const folder = join(place.root, 'nightly')
  await run(backup, database, folder)
  await expect(run(backup, database, folder)).rejects.toThrow('nightly')
  await expect(run(restore, other, folder)).rejects.toThrow('not empty')
  expect([await entries(database), await entries(other)]).toMatchObject([[{ action: 'installation.backup' }], []])
})

test('configuration behind links is in the backup as files; a circle and a link to nothing end nothing', async () => {
  // as Kubernetes mounts a ConfigMap
  place.write('config/..2026/default.yaml', 'log: { level: warn }')
  place.write('elsewhere/keys/acme.pub', 'ed25519:…')
  symlinkSync('..2026', join(place.root, 'config/..data'))
  symlinkSync('..data/default.yaml', join(place.root, 'config/local.yaml'))
  mkdirSync(join(place.root, 'config/licence'))
  symlinkSync('../../elsewhere/keys', join(place.root, 'config/licence/keys'))
  symlinkSync('..', join(place.root, 'config/licence/circle'))
  symlinkSync('nowhere', join(place.root, 'config/gone.yaml'))
  const folder = join(place.root, 'nightly')
  expect(await run(backup, database, folder)).toMatchObject({ code: 0 })
  const kept = join(folder, 'installation/config')
  const files = readdirSync(kept, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.map(({ name }) => name).toSorted()).toEqual(['acme.pub', 'default.yaml', 'local.yaml'])
  expect(readFileSync(join(kept, 'local.yaml'), 'utf8')).toBe('log: { level: warn }')
  expect(readFileSync(join(kept, 'licence/keys/acme.pub'), 'utf8')).toBe('ed25519:…')
})
