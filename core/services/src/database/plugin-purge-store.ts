import type { Database } from './create-database.ts'
import { takeMigrationLock, withMigrationSession } from './migration-session.ts'
import { schemaNameOf } from './plugin-schema.ts'

export interface PluginData {
  /** Whether it has a schema; none before its first migration. */
  readonly schema: boolean
  readonly settings: number
  /** Ids of the files it keeps. */
  readonly files: readonly string[]
}

/** What the database holds for a plugin, whether it is still installed or not. */
export const pluginData = async ({ host }: Pick<Database, 'host'>, plugin: string): Promise<PluginData> => {
  const [schema] = await host.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schemaNameOf(plugin)])
  const settings = await host.query('SELECT 1 FROM {settings} WHERE plugin = $1', [plugin])
  const files = await host.query<{ id: string }>('SELECT id FROM {files} WHERE plugin = $1', [plugin])
  return { schema: schema !== undefined, settings: settings.length, files: files.map(({ id }) => id) }
}

/**
 * Drops the plugin's schema with its ledger of migrations, and what the host keeps in its name; one transaction under the lock of migrations.
 * Its files on the disk and its audit entries are the caller's.
 */
export const purgePluginData = ({ directUrl }: Pick<Database, 'directUrl'>, plugin: string): Promise<void> =>
  withMigrationSession(directUrl, async (knex, client) => {
    await takeMigrationLock(client)
    await knex().transaction(async (transaction) => {
      await transaction.raw(`DROP SCHEMA IF EXISTS "${schemaNameOf(plugin)}" CASCADE`)
      await transaction.raw('DELETE FROM host.settings WHERE plugin = ?', [plugin])
      await transaction.raw("DELETE FROM host.event_deliveries WHERE split_part(subscriber, ' ', 1) = ?", [plugin])
      await transaction.raw("DELETE FROM host.ticks WHERE split_part(name, ':', 1) = ?", [plugin])
    })
  })
