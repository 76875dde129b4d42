import { createHash, randomBytes } from 'node:crypto'
import type { Logger, Migrations, Plugin, PluginDatabase, PublishedViews } from '@parley/plugin-api'
import { createDatabase, hostMigrations, migrateDatabase, type Database, type PluginMigrations } from '@parley/services'
import pg from 'pg'
import { silentLogger } from './silent-logger.ts'

/** A plugin, or only its tables. */
export type TestPlugin = Plugin | { readonly id: string; readonly migrations?: Migrations; readonly publishes?: PublishedViews }

export interface TestDatabaseOptions {
  /** Whose tables there are, in graph order, beside the host's own. */
  readonly plugins?: readonly TestPlugin[]
  readonly max?: number
  readonly log?: Logger
  readonly preparedStatements?: boolean
}

export interface TestDatabase extends Database, AsyncDisposable {
  /** Shorthand for `forPlugin` in tests of one plugin. */
  readonly db: PluginDatabase
}

const setUpHint = `There is no test database. Run the tests with globalSetup: ['@parley/test-kit/setup'], or set DATABASE_URL to a PostgreSQL 15 or newer.`

/** The server of this test run: the suite's own, or the one that DATABASE_URL names. */
export const testServerUrl = (): string => {
  const url = process.env['PARLEY_TEST_DATABASE_URL'] ?? process.env['DATABASE_URL']
  if (url === undefined) throw new Error(setUpHint)
  return url
}

/** Names of one run's databases begin so; global tear-down removes what a test left. */
export const testDatabasePrefix = (): string => `parley_test_${process.env['PARLEY_TEST_RUN'] ?? 'alone'}`

/**
 * A migrated database of its own, cloned from a template that is made once a run for each set of migrations.
 *
 * @example await using database = await createTestDatabase({ plugins: [conversations] })
 */
export const createTestDatabase = async ({ plugins = [], log = silentLogger, ...options }: TestDatabaseOptions = {}): Promise<TestDatabase> => {
  const schemas = plugins.map(asMigrations)
  const template = `${testDatabasePrefix()}_${fingerprint(schemas)}`
  const name = `${template}_${randomBytes(4).toString('hex')}`
  await onServer(async (server) => {
    await makeTemplate(server, template, schemas)
    await server.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`)
  })
  const database = createDatabase({ url: urlOf(name), max: options.max ?? 5, log, preparedStatements: options.preparedStatements ?? true })
  const close = async () => {
    await database.close()
    await onServer((server) => server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  }
  return { ...database, db: database.forPlugin(schemas[0]?.id ?? 'host'), close, [Symbol.asyncDispose]: close }
}

const asMigrations = (plugin: TestPlugin): PluginMigrations => {
  const { id, migrations = {}, publishes } = 'spec' in plugin ? plugin.spec : plugin
  return { id, migrations, publishes }
}

const fingerprint = (plugins: readonly PluginMigrations[]): string => {
  const hash = createHash('sha256')
  for (const { id, migrations, publishes } of [{ id: 'host', migrations: hostMigrations, publishes: {} }, ...plugins]) {
    hash.update(JSON.stringify([id, publishes]))
    for (const name of Object.keys(migrations).sort()) hash.update(`${name} ${migrations[name]?.up.toString()}`)
  }
  return hash.digest('hex').slice(0, 12)
}

const urlOf = (database: string): string => {
  const url = new URL(testServerUrl())
  url.pathname = `/${database}`
  return url.href
}

const onServer = async <T>(work: (server: pg.Client) => Promise<T>): Promise<T> => {
  const server = new pg.Client({ connectionString: testServerUrl() })
  await server.connect()
  try {
    return await work(server)
  } finally {
    await server.end()
  }
}

/** Under a lock: test files in several processes may want the same template at once. */
const makeTemplate = async (server: pg.Client, template: string, plugins: readonly PluginMigrations[]): Promise<void> => {
  await server.query('SELECT pg_advisory_lock(hashtext($1))', [template])
  try {
    const { rowCount } = await server.query('SELECT FROM pg_database WHERE datname = $1 AND NOT datallowconn', [template])
    if (rowCount !== 0) return
    await server.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
    await server.query(`CREATE DATABASE ${template} STRATEGY file_copy`)
    const { failed } = await migrateDatabase({ database: { directUrl: urlOf(template) }, plugins, log: silentLogger })
    for (const problem of failed.values()) throw problem
    // Complete, and nobody may connect to it, which would block cloning.
    await server.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  } finally {
    await server.query('SELECT pg_advisory_unlock(hashtext($1))', [template])
  }
}

/** Removes every database of this run. */
export const dropTestDatabases = (): Promise<void> =>
  onServer(async (server) => {
    const { rows } = await server.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [testDatabasePrefix()])
    for (const { datname } of rows) await server.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
  })
