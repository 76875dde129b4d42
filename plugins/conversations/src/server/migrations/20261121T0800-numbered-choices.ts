import type { Migration } from '@parley/plugin-api'

export const numberedChoicesMigration: Migration = {
  up: async (db) => {
    await db.raw(`
      -- Buttons that a client saw as a numbered list: the last one of each conversation.
      CREATE TABLE numbered_choices (
        conversation_id uuid PRIMARY KEY,
        number integer NOT NULL,
        choices jsonb NOT NULL,
        sent_at timestamptz NOT NULL
      );
    `)
  },
}
