import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { plugins as pluginsCommand } from '../src/cli/plugins.command.ts'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

// Many whole processes one after another, on machines that do other things too.
vi.setConfig({ testTimeout: 180_000 })

let program: string
let place: TemporaryInstallation
let database: TestDatabase
let started: ParleyProcess[] = []

beforeAll(async () => {
  program = await buildMain()
})
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
  await pluginsCommand({ root: place.root, variables: {}, args: ['add', place.plugin('notes', notes), '--yes'], print: () => undefined })
})
afterEach(async () => {
  for (const one of started) if (one.child.exitCode === null) one.child.kill('SIGKILL')
  await Promise.all(started.map((one) => one.ended))
  started = []
  await database.close()
  place[Symbol.dispose]()
})

const parley = (...args: string[]): ParleyProcess => {
  const one = new ParleyProcess(program, place.root, args, { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data` })
  started.push(one)
  return one
}
const ended = async (...args: string[]): Promise<{ code: number | null; lines: string[] }> => {
  const one = parley(...args)
  const code = await one.ended
  return { code, lines: `${one.output}${one.errors}`.trimEnd().split('\n') }
}

// a plugin from elsewhere, with a validator of its own
const schemaOf = (properties: string, validate: string): string =>
  `{ '~standard': { version: 1, vendor: 'toys', validate: ${validate}, jsonSchema: { input: () => (${properties}), output: () => (${properties}) } } }`
const right = `{ module: 'notes', verb: 'edit', title: 'Change notes', scope: 'instance' }`
const page = `{ id: 'greeting', title: 'Greeting', scope: 'instance', permission: ${right}, schema: ${schemaOf(
  `{ type: 'object', properties: { text: { type: 'string' }, pin: { type: 'string', format: 'password' } } }`,
  `(value) => ({ value: { text: value.text ?? 'hi', pin: value.pin ?? '' } })`,
)} }`
const notes = `
  migrations: { '20260101T0000_notes': { up: (db) => db.raw('CREATE TABLE notes (id text PRIMARY KEY, text text)') } },
  settings: [${page}],
  routes: (http) => [http.get('/greeting', { auth: 'public' }, (_, { settings }) => settings.get(${page}))],
  contributes: (add) => [add({ id: 'host.configuration@1' }, 'notes/notes', () => ({
    permission: ${right},
    schema: ${schemaOf(
      `{ type: 'object', properties: { text: { type: 'string' } } }`,
      `(value) => (typeof value.text === 'string' ? { value: { text: value.text } } : { issues: [{ message: 'A text is needed.', path: ['text'] }] })`,
    )},
    list: async (db) => (await db.query('SELECT id, text FROM {notes} ORDER BY id')).map(({ id, text }) => ({ id, key: id, name: text, document: { text } })),
    save: async ({ key, document }, { db }) => {
      await db.query('INSERT INTO {notes} VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET text = excluded.text', [key, document.text])
      return key
    },
    remove: async ({ id }, { db }) => { await db.query('DELETE FROM {notes} WHERE id = $1', [id]) },
  }))],`

test('export, diff and import on the command line, with the exit codes that scripts go by', async () => {
  const folder = join(place.root, 'configuration')
  place.write('configuration/notes/notes/first.yaml', 'text: hello\n')
  place.write('configuration/notes/settings/greeting.yaml', 'text: good day\npin:\n  $secret: notes/the-pin\n')
  place.write('secrets.yaml', 'notes/the-pin: "4321"\n')

  expect(await ended('config', 'diff', folder)).toMatchObject({ code: 1, lines: expect.arrayContaining(['+ notes/notes/first.yaml']) })
  const without = await ended('config', 'import', folder)
  expect(without).toMatchObject({ code: 1, lines: expect.arrayContaining(['  "notes/the-pin": …', 'Nothing was written.']) })
  const secrets = ['--secrets', join(place.root, 'secrets.yaml')]
  expect((await ended('config', 'import', folder, '--dry-run', ...secrets)).lines.at(-1)).toMatch(/^It would be .*: 2 added, 0 changed, 0 removed\. /)
  expect(await ended('config', 'import', folder, ...secrets)).toMatchObject({
    code: 0,
    lines: expect.arrayContaining([expect.stringMatching(/^It is /)]),
  })
  expect(await ended('config', 'diff', folder)).toEqual({ code: 0, lines: ['Nothing differs.'] })

  expect(await ended('config', 'export', folder)).toMatchObject({ code: 0 })
  expect(readFileSync(join(folder, 'notes/settings/greeting.yaml'), 'utf8')).toBe('text: good day\npin:\n  $secret: notes/settings/greeting/pin\n')
  place.write('configuration/notes/notes/first.yaml', 'text: 7\n')
  expect(await ended('config', 'import', folder)).toEqual({
    code: 2,
    lines: ['Nothing can be imported before this is mended:', '  notes/notes/first.yaml › text: A text is needed.', 'Nothing was written.'],
  })
  expect(await ended('config', 'burn')).toMatchObject({ code: 1, lines: [expect.stringContaining('parley config export [folder]')] })
})

test('a folder that is empty, or none of ours, removes nothing', async () => {
  place.write('configuration/notes/notes/first.yaml', 'text: hello\n')
  place.write('empty/README.md', '# Nothing yet\n')
  place.write('foreign/deploy/cluster/web.yaml', 'kind: Deployment\n')
  expect(await ended('config', 'import', join(place.root, 'configuration'))).toMatchObject({ code: 0 })
  for (const folder of ['empty', 'foreign'].map((name) => join(place.root, name))) {
    expect(await ended('config', 'import', folder, '--prune')).toEqual({
      code: 1,
      lines: [
        `The folder "${folder}" has no file that an export writes ("<plugin>/<kind>/<key>.yaml" of a plugin that runs here), so everything that is configured here was kept: import what an export made, or remove nothing (leave out "prune").`,
      ],
    })
  }
  expect(await ended('config', 'diff', join(place.root, 'configuration'))).toEqual({ code: 0, lines: ['Nothing differs.'] })
})

test('a running process notices what the command line imports', async () => {
  const host = parley('start')
  const url = await host.ready()
  const greeting = async (): Promise<{ text: string }> => (await (await fetch(`${url}/api/v1/notes/greeting`)).json()) as { text: string }
  expect(await greeting()).toMatchObject({ text: 'hi' })
  place.write('configuration/notes/settings/greeting.yaml', 'text: good day\n')
  expect(await ended('config', 'import', join(place.root, 'configuration'))).toMatchObject({ code: 0 })
  // seldom enough for the rate limit of public routes
  await expect.poll(greeting, { interval: 500, timeout: 20_000 }).toMatchObject({ text: 'good day' })
})
