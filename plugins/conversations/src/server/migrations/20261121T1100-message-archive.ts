import type { Migration } from '@parley/plugin-api'

/**
 * Messages of past months, one partition each, so that a month goes as one file. Empty until `archive.after` is set: the release before reads `messages` only.
 * A column that `messages` gets later must come here too.
 */
export const messageArchiveMigration: Migration = {
  up: async (db) => {
    await db.raw(`
      CREATE TABLE message_archive (LIKE messages) PARTITION BY RANGE (created_at);
      -- a partition's key must be in its unique index; numbers come from the conversation and are never given twice
      CREATE UNIQUE INDEX message_archive_number ON message_archive (conversation_id, number, created_at);
      CREATE INDEX message_archive_id ON message_archive (id);

      CREATE TABLE archived_months (
        month text COLLATE "C" PRIMARY KEY,
        messages bigint NOT NULL DEFAULT 0
      );
    `)
  },
}
