import type { Migrations } from '@parley/plugin-api'
import { auditMigrations } from './audit/audit-store.ts'
import { claimsMigrations } from './claims/instance-store.ts'
import { configurationMigrations } from './configuration/configuration-store.ts'
import { connectorsMigrations } from './connectors/lease-store.ts'
import { databaseMigrations } from './database/database-migrations.ts'
import { eventsMigrations } from './events/delivery-store.ts'
import { filesMigrations } from './files/files-store.ts'
import { httpMigrations } from './http/idempotency-store.ts'
import { jobsMigrations } from './jobs/tick-store.ts'
import { licenceMigrations } from './licence/licence-store.ts'
import { pluginStatesMigrations } from './plugin-states/plugin-state-store.ts'
import { realtimeMigrations } from './realtime/sequence-store.ts'
import { secretsMigrations } from './secrets/key-check.ts'
import { settingsMigrations } from './settings/settings-store.ts'

/** The tables of the host, schema `host`: each service brings its own. */
export const hostMigrations: Migrations = {
  ...databaseMigrations,
  ...secretsMigrations,
  ...auditMigrations,
  ...settingsMigrations,
  ...jobsMigrations,
  ...eventsMigrations,
  ...realtimeMigrations,
  ...connectorsMigrations,
  ...httpMigrations,
  ...filesMigrations,
  ...claimsMigrations,
  ...configurationMigrations,
  ...licenceMigrations,
  ...pluginStatesMigrations,
}
