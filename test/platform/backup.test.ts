import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { administrator, ParleyHost, repository } from '../browser/parley-host.ts'

vi.setConfig({ testTimeout: 180_000 })

let source: ParleyHost
let backup: string
let fileLink: string
let before: Record<string, string>

// whole processes of the whole product, once seeded and backed up; each test restores it to another machine
beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: repository })
  source = await ParleyHost.start()
  await source.command('demo')
  fileLink = await upload(source)
  backup = join(source.home, 'kept')
  expect(await source.command('backup', backup, '--with-key')).toMatch(/tables with \d+ rows, 1 files[\s\S]*keep it as safe as the key/)
  // stopping hands back and writes down, as every stop does: rows are compared with those of a process that rests
  await source.stop()
  await rm(backup, { recursive: true })
  await source.command('backup', backup, '--with-key')
  before = await contentOf(source.database)
}, 400_000)
afterAll(() => source?.[Symbol.asyncDispose]())

const upload = async (host: ParleyHost): Promise<string> => {
  const { accessToken } = (await (
    await fetch(`${host.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(administrator),
    })
  ).json()) as { accessToken: string }
  const form = new FormData()
  form.set('file', new Blob(['Чай з бергамотом'], { type: 'text/plain' }), 'tea.txt')
  const headers = { authorization: `Bearer ${accessToken}` }
  const response = await fetch(`${host.url}/api/v1/operator-panel/files`, { method: 'POST', headers, body: form })
  const { files } = (await response.json()) as { files: { url: string }[] }
  return new URL(files[0]!.url, 'http://any').pathname + new URL(files[0]!.url, 'http://any').search
}

/** A hash of the rows of every table, the audit entries of backups and restores apart. */
const contentOf = async ({ pool }: TestDatabase): Promise<Record<string, string>> => {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'host' OR starts_with(schemaname, 'plugin_') ORDER BY 1`,
  )
  const content: Record<string, string> = {}
  for (const { name } of tables) {
    const without = name === 'host.audit_log' ? `WHERE action NOT IN ('installation.backup', 'installation.restore')` : ''
    const { rows } = await pool.query<{ hash: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text COLLATE "C")), '') AS hash FROM ${name} AS t ${without}`,
    )
    content[name] = rows[0]!.hash
  }
  expect(tables.length).toBeGreaterThan(50)
  return content
}

test('seed, back up, lose everything, restore: the same rows, people sign in, files open, secrets are read', async () => {
  await using other = await ParleyHost.prepare()
  await other.database.pool.query('DROP SCHEMA host CASCADE')
  expect(await other.command('restore', backup)).toMatch(/Everything is as it was at .* 1 files/)
  expect(await contentOf(other.database)).toEqual(before)
  await other.run()
  const api = await other.api()
  expect((await api.get('/auth/me'))['email']).toBe(administrator.login)
  // the link was signed by a key that is derived from the installation's
  const file = await fetch(other.url + fileLink)
  expect([file.status, await file.text()]).toEqual([200, 'Чай з бергамотом'])
  const operator = await other.api({ login: 'oksana.koval@demo.parley', password: 'demo-parley' })
  expect((await operator.get('/auth/me'))['name']).toBeDefined()
})

test('what is there stays, unless it is given up', async () => {
  await using other = await ParleyHost.prepare()
  await mkdir(join(other.home, 'data'))
  await cp(join(source.home, 'data/secret.key'), join(other.home, 'data/secret.key'))
  await other.run()
  await expect(other.command('restore', backup, '--replace')).rejects.toThrow(/1 process of Parley work/)
  await other.stop()
  const own = await contentOf(other.database)
  await expect(other.command('restore', backup)).rejects.toThrow(/not empty/)
  expect(await contentOf(other.database)).toEqual(own)
  const [file] = (await readdir(join(backup, 'files'), { recursive: true })).filter((name) => name.includes('/'))
  const placed = join(other.home, 'data/files', file!)
  expect(existsSync(placed)).toBe(false)

  // what was damaged when it was kept does not take the place of what is well here
  const worse = join(other.home, 'worse')
  await cp(backup, worse, { recursive: true })
  await rehashed(worse, `files/${file}`, () => 'rubbish')
  await mkdir(join(worse, 'installation/plugins.d'))
  await appendFile(join(worse, 'SHA256SUMS'), `${createHash('sha256').update('x').digest('hex')}  installation/plugins.d/one\n`)
  await writeFile(join(worse, 'installation/plugins.d/one'), 'x')
  await rehashed(worse, 'manifest.json', (text) =>
    text.replace('"missing": []', `"missing": ["${basename(file!)}"]`).replace(/"hashes": (\d+)/, (_, count) => `"hashes": ${Number(count) + 1}`),
  )
  await writeFile(join(other.home, 'plugins.d'), 'in the way')
  await mkdir(dirname(placed), { recursive: true })
  await writeFile(placed, 'well')
  expect(await other.command('restore', worse, '--replace')).toMatch(/could not be written: plugins\.d\/one \(E[A-Z]+\)/)
  expect(await readFile(placed, 'utf8')).toBe('well')
  await other.command('restore', backup, '--replace')
  expect(await contentOf(other.database)).toEqual(before)
})

test('a damaged backup, one of a newer release and one without its key change nothing', async () => {
  await using other = await ParleyHost.prepare()
  const empty = await contentOfHost(other.database)
  let copies = 0
  const damaged = async (change: (folder: string) => Promise<void>): Promise<string> => {
    const folder = join(other.home, `copy-${copies++}`)
    await cp(backup, folder, { recursive: true })
    await change(folder)
    return folder
  }
  const flipped = await damaged(async (folder) => {
    const [name] = await readdir(join(folder, 'database/plugin_conversations'))
    const path = join(folder, 'database/plugin_conversations', name!)
    const content = await readFile(path)
    content[content.length >> 1]! ^= 1
    await writeFile(path, content)
  })
  await expect(other.command('restore', flipped, '--replace')).rejects.toThrow(/damaged.*plugin_conversations.*not as it was written/)
  const short = await damaged((folder) => rm(join(folder, 'database/host/files.copy.gz')))
  await expect(other.command('restore', short, '--replace')).rejects.toThrow(/damaged.*host\/files\.copy\.gz" is missing/)
  const newer = await damaged((folder) =>
    rehashed(folder, 'manifest.json', (text) => text.replace('"plugin_clients": [', '"plugin_clients": [ "29991231T0000_later",')),
  )
  await expect(other.command('restore', newer, '--replace')).rejects.toThrow(/newer release .*plugin_clients has "29991231T0000_later"/)
  const keyless = await damaged(async (folder) => {
    await rm(join(folder, 'secret.key'))
    await rehashed(folder, 'manifest.json', (text) => text.replace(/"hashes": (\d+)/, (_, count) => `"hashes": ${Number(count) - 1}`))
    const sums = join(folder, 'SHA256SUMS')
    await writeFile(sums, (await readFile(sums, 'utf8')).replace(/.* {2}secret\.key\n/, ''))
  })
  await expect(other.command('restore', keyless, '--replace')).rejects.toThrow(/needs its key ".{8}", which is neither here nor in the backup/)
  await mkdir(join(other.home, 'data'), { recursive: true })
  await writeFile(join(other.home, 'data/secret.key'), randomBytes(32).toString('base64'))
  await expect(other.command('restore', backup, '--replace')).rejects.toThrow(/sealed with the key ".{8}", and this machine has ".{8}"/)
  expect(await contentOfHost(other.database)).toEqual(empty)
})

const contentOfHost = async ({ host }: TestDatabase): Promise<unknown> =>
  await host.query('SELECT oid::text FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) ORDER BY 1', ['host'])

const rehashed = async (folder: string, name: string, change: (text: string) => string): Promise<void> => {
  const text = change(await readFile(join(folder, name), 'utf8'))
  await writeFile(join(folder, name), text)
  const sums = join(folder, 'SHA256SUMS')
  const hash = createHash('sha256').update(text).digest('hex')
  await writeFile(sums, (await readFile(sums, 'utf8')).replace(new RegExp(`.* {2}${name.replace('.', '\\.')}\\n`), `${hash}  ${name}\n`))
}
