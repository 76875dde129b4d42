import type { Migration, Migrations } from '@parley/plugin-api'
import { buildProgram, createTestDatabase, silentLogger, startProgram, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PluginMigrations } from './migration-plan.ts'
import { migrateDatabase, pendingMigrations } from './migrator.ts'

let database: TestDatabase
beforeEach(async () => void (database = await createTestDatabase()))
afterEach(() => database.close())

const sql = (text: string): Migrations[string] => ({ up: async (db) => void (await db.raw(text)) })
const notes: Migrations = { '20261120T0900_notes': sql('CREATE TABLE notes (id integer PRIMARY KEY, text text)') }
const withAuthor: Migrations = { ...notes, '20261121T0900_author': sql('ALTER TABLE notes ADD COLUMN author text') }
const plugin = (migrations: Migrations, publishes: PluginMigrations['publishes'] = {}): PluginMigrations => ({
  id: 'note-book',
  migrations,
  publishes,
})

const migrate = (...plugins: PluginMigrations[]) => migrateDatabase({ database, plugins, log: silentLogger })
const pending = (...plugins: PluginMigrations[]) => pendingMigrations({ database, plugins })
const problemOf = async (...plugins: PluginMigrations[]) => (await migrate(...plugins)).failed.get('note-book')?.message
const columnsOf = async (table: string) =>
  (
    await database.host.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'plugin_note_book' AND table_name = $1 ORDER BY ordinal_position`,
      [table],
    )
  ).map((row) => row.name)

describe('migrating', () => {
  test("does each step once, in the plugin's own schema, in order of names", async () => {
    const { applied } = await migrate(plugin({ '20261121T0900_author': withAuthor['20261121T0900_author']!, ...notes }))
    expect(applied.map(({ name }) => name)).toEqual(['20261120T0900_notes', '20261121T0900_author'])
    expect(await columnsOf('notes')).toEqual(['id', 'text', 'author'])
    expect((await migrate(plugin(withAuthor))).applied).toEqual([])
    expect(await database.host.query('SELECT name FROM plugin_note_book.migrations ORDER BY name')).toHaveLength(2)
  })

  test('builds an index beside the writers in a step without a transaction', async () => {
    const up: Migration['up'] = async (db) => {
      await db.raw('DROP INDEX CONCURRENTLY IF EXISTS notes_text')
      await db.raw('CREATE INDEX CONCURRENTLY notes_text ON notes (text)')
    }
    const name = '20261121T0900_index'
    expect(await problemOf(plugin({ ...notes, [name]: { up } }))).toContain('cannot run inside a transaction block')
    const { applied, failed } = await migrate(plugin({ ...notes, [name]: { transaction: false, up } }))
    expect([applied.map((one) => one.name), failed.size]).toEqual([[name], 0])
    const [index] = await database.host.query<{ schema: string }>("SELECT schemaname AS schema FROM pg_indexes WHERE indexname = 'notes_text'")
    expect(index?.schema).toBe('plugin_note_book')
  })

  test('of several that wait for one another none stands in the way of such an index', async () => {
    const slow = sql('CREATE TABLE notes (id integer PRIMARY KEY, text text); SELECT pg_sleep(0.3)')
    const index: Migration = { transaction: false, up: async (db) => void (await db.raw('CREATE INDEX CONCURRENTLY notes_text ON notes (text)')) }
    const steps = plugin({ '20261120T0900_notes': slow, '20261121T0900_index': index })
    const reports = await Promise.all([migrate(steps), migrate(steps), migrate(steps)])
    expect(reports.flatMap(({ failed }) => [...failed.values()])).toEqual([])
    expect(reports.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 2])
  })

  test('goes on where an earlier release stopped', async () => {
    await migrate(plugin(notes))
    expect(await pending(plugin(withAuthor))).toEqual(['note-book: 20261121T0900_author'])
    await migrate(plugin(withAuthor))
    expect(await pending(plugin(withAuthor))).toEqual([])
  })

  test('undoes a step that fails, keeps those before it, and leaves other plugins alone', async () => {
    const broken = { ...notes, '20261121T0900_broken': sql('CREATE TABLE other (id integer); SELECT nonsense') }
    const { failed } = await migrate(plugin(broken), { ...plugin(notes), id: 'other-book' })
    expect(failed.get('note-book')?.message).toMatch(
      /^"note-book" could not be migrated; its migration "20261121T0900_broken" failed: .*nonsense.* migrate again; what was applied before stays\.$/,
    )
    expect(await columnsOf('other')).toEqual([])
    expect(await pending(plugin(broken), { ...plugin(notes), id: 'other-book' })).toEqual(['note-book: 20261121T0900_broken'])
    await migrate(plugin(withAuthor))
    expect(await columnsOf('notes')).toContain('author')
  })

  test('says what is pending of a plugin that was never migrated', async () => {
    expect(await pending(plugin(notes, { notes: 'SELECT id FROM {notes}' }))).toEqual(['note-book: 20261120T0900_notes', 'note-book: view notes'])
  })

  test('leaves the search path of the pool alone', async () => {
    await migrate(plugin(notes))
    expect(await database.host.query('SHOW search_path')).toEqual([{ search_path: '"$user", public' }])
  })
})

describe('two histories', () => {
  test('an applied step that the release does not know is named', async () => {
    await migrate(plugin(withAuthor))
    expect(await problemOf(plugin(notes))).toBe(
      '"note-book" has the migration "20261121T0900_author" applied, and this release does not contain it. ' +
        'Start the release that wrote this database, or restore a backup.',
    )
  })

  test('a step that sorts before applied ones is named', async () => {
    await migrate(plugin(withAuthor))
    expect(await problemOf(plugin({ ...withAuthor, '20261120T1200_between': sql('SELECT 1') }))).toBe(
      '"note-book" expected the migration "20261120T1200_between" at place 2 and found "20261121T0900_author" applied there. ' +
        'Give "20261120T1200_between" a name that sorts after "20261121T0900_author".',
    )
  })

  test('a name without a time is refused', async () => {
    expect(await problemOf(plugin({ first: sql('SELECT 1') }))).toMatch(/migration named "first"/)
  })

  test('a server of the release before finds nothing pending', async () => {
    await migrate(plugin(withAuthor))
    expect(await pending(plugin(notes))).toEqual([])
  })
})

describe('a database that is ahead of this release', () => {
  test('has nothing pending, views that have gone on included; one that is behind has', async () => {
    const before = plugin(notes, { notes: 'SELECT id FROM {notes}', texts: 'SELECT text FROM {notes}' })
    const after = plugin(withAuthor, { notes: 'SELECT id, author FROM {notes}', texts: 'SELECT text FROM {notes}' })
    await migrate(before)
    expect(await pending(after)).toEqual(['note-book: 20261121T0900_author', 'note-book: view notes'])
    await migrate(after)
    expect(await pending(after)).toEqual([])
    expect(await pending(before)).toEqual([])
  })
})

describe('published views', () => {
  const published = (text: string) => plugin(notes, { notes: text })

  test('are made, and changed in place', async () => {
    await migrate(published('SELECT id FROM notes'))
    expect(await columnsOf('published_notes')).toEqual(['id'])
    await migrate(published('SELECT id, text FROM notes'))
    expect(await columnsOf('published_notes')).toEqual(['id', 'text'])
    expect(await pending(published('SELECT id, text FROM notes'))).toEqual([])
  })

  test('are made anew when their columns change', async () => {
    await migrate(published('SELECT id, text FROM notes'))
    await migrate(published('SELECT text FROM notes'))
    expect(await columnsOf('published_notes')).toEqual(['text'])
  })

  test('go when they are no longer declared', async () => {
    await migrate(published('SELECT id FROM notes'))
    await migrate(plugin(notes))
    expect(await columnsOf('published_notes')).toEqual([])
  })

  test('may use operators with question marks', async () => {
    await migrate(published(`SELECT id, to_jsonb(text) ? 'a' AS has FROM notes`))
    expect(await columnsOf('published_notes')).toEqual(['id', 'has'])
  })

  test('do not stand in the way of a migration', async () => {
    await migrate(published('SELECT id, text FROM notes'))
    const retyped = { ...notes, '20261121T0900_retype': sql('ALTER TABLE notes ALTER COLUMN text TYPE varchar(10)') }
    expect((await migrate(plugin(retyped, { notes: 'SELECT id, text FROM notes' }))).failed.size).toBe(0)
    expect(await columnsOf('published_notes')).toEqual(['id', 'text'])
  })
})

test('of three processes that migrate at once one does it and two find it done', async () => {
  const program = await buildProgram(new URL('migrator.program.ts', import.meta.url))
  const processes = await Promise.all([1, 2, 3].map(() => startProgram(program, {})))
  const answers = processes.map(({ message }) => message<{ applied: number; failed: number }>())
  for (const { child } of processes) child.send(database.url)
  expect((await Promise.all(answers)).sort((a, b) => a.applied - b.applied)).toEqual([
    { applied: 0, failed: 0 },
    { applied: 0, failed: 0 },
    { applied: 2, failed: 0 },
  ])
})
