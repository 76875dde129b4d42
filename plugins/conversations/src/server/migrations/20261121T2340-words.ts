import type { Migration } from '@parley/plugin-api'

/** What people are told by language; the text beside it is the English, which the release before reads. */
export const wordsMigration: Migration = {
  up: async (db) => {
    await db.raw('ALTER TABLE accounts ADD COLUMN health_words jsonb')
    await db.raw('ALTER TABLE messages ADD COLUMN reason_words jsonb')
    await db.raw('ALTER TABLE message_archive ADD COLUMN reason_words jsonb')
  },
}
