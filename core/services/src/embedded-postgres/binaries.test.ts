import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packagedFolder, prepareBinaries } from './binaries.ts'
import { unprivilegedAccount } from './unprivileged-account.ts'

const isRoot = process.getuid?.() === 0
let folder: string
let fresh: string

/** The package as npm leaves it when install scripts are blocked: without its library links. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-binaries-'))
  chmodSync(folder, 0o755)
  fresh = join(folder, 'package', 'native')
  mkdirSync(dirname(fresh))
  const native = await packagedFolder()
  cpSync(native, fresh, { recursive: true, verbatimSymlinks: true, filter: (source) => !lstatSync(source).isSymbolicLink() })
})
afterEach(() => {
  chmodSync(dirname(fresh), 0o755)
  chmodSync(join(fresh, 'lib'), 0o755)
  rmSync(folder, { recursive: true, force: true })
})

const place = () => ({
  account: unprivilegedAccount(),
  home: folder,
  data: join(folder, 'data'),
  password: join(folder, 'password'),
  log: join(folder, 'log'),
})
const runs = (binary: string) => spawnSync(binary, ['--version'], { ...unprivilegedAccount(), cwd: '/', encoding: 'utf8' }).stdout

test('the library links are made when npm did not', async () => {
  const { initdb, postgres, version } = await prepareBinaries(place(), fresh)
  expect(dirname(dirname(initdb))).toBe(fresh)
  expect(runs(initdb)).toContain(`(PostgreSQL) ${version}`)
  expect(runs(postgres)).toContain(`(PostgreSQL) ${version}`)
})

test('binaries that cannot be used where they are, are copied once', async () => {
  // Root borrows an account that cannot enter a closed folder; a user cannot write links into a folder that is read-only.
  chmodSync(isRoot ? dirname(fresh) : join(fresh, 'lib'), isRoot ? 0o700 : 0o555)
  const { initdb } = await prepareBinaries(place(), fresh)
  const copy = dirname(dirname(initdb))
  const copies = readdirSync(folder).filter((name) => name.startsWith('postgres-binaries'))
  expect(copies.map((name) => join(folder, name))).toEqual([copy])
  expect(runs(initdb)).toContain('PostgreSQL')
  const { mtimeMs } = lstatSync(copy)
  await prepareBinaries(place(), fresh)
  expect(lstatSync(copy).mtimeMs).toBe(mtimeMs)
})

test('a platform without binaries is said in one sentence', async () => {
  rmSync(join(fresh, 'bin'), { recursive: true })
  await expect(prepareBinaries(place(), fresh)).rejects.toThrow(/^The PostgreSQL that comes with Parley does not run here: .*DATABASE_URL/)
})
