import type { Migration } from '@parley/plugin-api'

/** When the token of an account ends, where its provider says so. */
export const credentialsEndMigration: Migration = {
  up: async (db) => void (await db.raw('ALTER TABLE accounts ADD COLUMN credentials_end_at timestamptz')),
}
