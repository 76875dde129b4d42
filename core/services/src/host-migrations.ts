import type { Migrations } from '@parley/plugin-api'
import { databaseMigrations } from './database/database-migrations.ts'

/** The tables of the host, schema `host`: each service brings its own. */
export const hostMigrations: Migrations = {
  ...databaseMigrations,
}
