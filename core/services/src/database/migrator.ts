import { ParleyError, isParleyError, type Logger } from '@parley/plugin-api'
import type { Knex } from 'knex'
import type pg from 'pg'
import { hostMigrations } from '../host-migrations.ts'
import type { Database } from './create-database.ts'
import { translateError } from './database-errors.ts'
import { checkOrder, planMigrations, type PluginMigrations, type SchemaState } from './migration-plan.ts'
import { takeMigrationLock, withMigrationSession } from './migration-session.ts'
import { schemaNameOf } from './plugin-schema.ts'
import { dropViews, publishViews } from './published-views.ts'
import { readSchemaState } from './schema-state.ts'

export interface MigrateOptions {
  readonly database: Pick<Database, 'directUrl'>
  /** In graph order; the host's own migrations come first without being named. */
  readonly plugins: readonly PluginMigrations[]
  readonly log: Logger
}

export interface AppliedMigration {
  readonly plugin: string
  readonly name: string
}

export interface MigrationReport {
  readonly applied: readonly AppliedMigration[]
  /** Plugins whose schema is not as declared, each with its reason. The others are complete. */
  readonly failed: ReadonlyMap<string, ParleyError>
}

const host: PluginMigrations = { id: 'host', migrations: hostMigrations }

/**
 * Brings every plugin's schema up to date: one step a transaction, all under one advisory lock. A plugin that fails leaves the others alone;
 * the host's own tables must succeed.
 */
export const migrateDatabase = ({ database, plugins, log }: MigrateOptions): Promise<MigrationReport> =>
  withMigrationSession(database.directUrl, async (knex, client) => {
    await takeMigrationLock(client)
    const applied: AppliedMigration[] = []
    const failed = new Map<string, ParleyError>()
    const note = (plugin: string, name: string) => {
      applied.push({ plugin, name })
      log.info('migrated', { plugin, migration: name })
    }
    for (const plugin of [host, ...plugins]) {
      try {
        await migratePlugin(knex, client, plugin, (name) => note(plugin.id, name))
      } catch (error) {
        const problem = asProblem(plugin.id, error)
        if (plugin === host || problem.code === 'database_unavailable') throw problem
        failed.set(plugin.id, problem)
        log.error('a plugin could not be migrated', { plugin: plugin.id, error: problem })
      }
    }
    return { applied, failed }
  })

/** What `migrateDatabase` would do now, as `plugin: step`, without doing it. A database that is ahead of this release has nothing pending. */
export const pendingMigrations = async ({
  database,
  plugins,
}: {
  database: Pick<Database, 'host'>
  plugins: readonly PluginMigrations[]
}): Promise<string[]> => {
  const pending: string[] = []
  for (const plugin of [host, ...plugins]) {
    const state = await readSchemaState((text, values) => database.host.query(text, values), schemaNameOf(plugin.id))
    const plan = planMigrations(plugin, state)
    // a view that was once as it is declared here has been changed by a later release
    const views = plan.views.filter((view) => state.views.get(view.name)?.includes(view.fingerprint) !== true)
    pending.push(...plan.migrations.map((name) => `${plugin.id}: ${name}`), ...views.map((view) => `${plugin.id}: view ${view.name}`))
  }
  return pending
}

const migratePlugin = async (builders: () => Knex, client: pg.Client, plugin: PluginMigrations, note: (name: string) => void): Promise<void> => {
  const schema = schemaNameOf(plugin.id)
  const state = await readSchemaState(async (text, values) => (await client.query(text, values)).rows, schema)
  checkOrder(plugin, state.applied)
  const plan = planMigrations(plugin, state)
  if (plan.migrations.length + plan.views.length + plan.dropped.length === 0) return
  const knex = builders()
  await knex.raw(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
  await knex.raw(
    `CREATE TABLE IF NOT EXISTS "${schema}".migrations (name text COLLATE "C" PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
  )
  let views = plan.views
  for (const name of plan.migrations) {
    if (await migrateStep(knex, schema, plugin, name, state)) views = planMigrations(plugin, { applied: [], views: new Map() }).views
    note(name)
  }
  await inSchema(knex, schema, async (transaction) => {
    await dropViews(transaction, schema, plan.dropped)
    await publishViews(transaction, schema, views, state.views)
  })
}

const inSchema = (knex: Knex, schema: string, work: (transaction: Knex.Transaction) => Promise<void>): Promise<void> =>
  knex.transaction(async (transaction) => {
    await transaction.raw(`SET LOCAL search_path TO "${schema}"`)
    await work(transaction)
  })

/** CONCURRENTLY is refused inside a transaction; the session is ours alone, and whoever comes next sets its own path. */
const migrateConcurrently = async (knex: Knex, schema: string, { migrations }: PluginMigrations, name: string): Promise<void> => {
  await knex.raw(`SET search_path TO "${schema}"`)
  try {
    await migrations[name]?.up(knex as unknown as Knex.Transaction)
    await knex.raw(`INSERT INTO "${schema}".migrations (name) VALUES (?)`, [name])
  } finally {
    await knex.raw('RESET search_path')
  }
}

const viewInTheWay = (error: unknown): boolean => ['2BP01', '0A000'].includes((error as { code?: string }).code ?? '')

/** Answers whether the published views had to go: PostgreSQL lets nobody drop or retype a column that a view reads. */
const migrateStep = async (knex: Knex, schema: string, plugin: PluginMigrations, name: string, state: SchemaState): Promise<boolean> => {
  const step = (before: (transaction: Knex.Transaction) => Promise<void>) =>
    inSchema(knex, schema, async (transaction) => {
      await before(transaction)
      await plugin.migrations[name]?.up(transaction)
      await transaction.raw(`INSERT INTO "${schema}".migrations (name) VALUES (?)`, [name])
    })
  try {
    if (plugin.migrations[name]?.transaction === false) await migrateConcurrently(knex, schema, plugin, name)
    else await step(async () => {})
    return false
  } catch (error) {
    if (!viewInTheWay(error) || state.views.size === 0) throw new StepFailure(name, error)
  }
  await step((transaction) => dropViews(transaction, schema, state.views.keys())).catch((error: unknown) => {
    throw new StepFailure(name, error)
  })
  return true
}

class StepFailure extends Error {
  constructor(name: string, cause: unknown) {
    super(`its migration "${name}" failed: ${(cause as Error).message}`, { cause })
  }
}

const asProblem = (plugin: string, error: unknown): ParleyError => {
  const known = [translateError(error), translateError((error as Error).cause)].find((candidate) => isParleyError(candidate))
  return (
    known ??
    new ParleyError(
      'internal',
      `"${plugin}" could not be migrated; ${(error as Error).message}. Correct it and migrate again; what was applied before stays.`,
      {
        cause: error,
        details: { plugin },
      },
    )
  )
}
