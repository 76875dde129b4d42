export { createDatabase, type Database, type DatabaseOptions } from './create-database.ts'
export type { PluginMigrations } from './migration-plan.ts'
export { migrateDatabase, pendingMigrations, type AppliedMigration, type MigrateOptions, type MigrationReport } from './migrator.ts'
export { schemaNameOf } from './plugin-schema.ts'
