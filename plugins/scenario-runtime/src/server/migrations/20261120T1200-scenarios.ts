import type { Migration } from '@parley/plugin-api'

/** Drafts, published versions, and the session of each conversation. */
export const scenarios: Migration = {
  up: async (db) => {
    await db.raw(`
      CREATE TABLE scenarios (
        bot_id uuid PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        draft text NOT NULL,
        revision integer NOT NULL DEFAULT 1,
        draft_at timestamptz NOT NULL,
        published_id uuid
      )`)
    // documents are kept as the text that is exported: json would lose nothing, jsonb the order of keys
    await db.raw(`
      CREATE TABLE versions (
        id uuid PRIMARY KEY,
        bot_id uuid NOT NULL REFERENCES scenarios (bot_id) ON DELETE CASCADE,
        number integer NOT NULL,
        document text NOT NULL,
        warnings integer NOT NULL,
        published_at timestamptz NOT NULL,
        published_by text NOT NULL,
        archived_at timestamptz,
        UNIQUE (bot_id, number)
      )`)
    // One row a conversation, rewritten at every turn: room on the page keeps the rewrite there, no index covers what changes, and a row of
    // usual size is not compressed each time.
    await db.raw(`
      CREATE TABLE sessions (
        conversation_id uuid PRIMARY KEY,
        bot_id uuid NOT NULL,
        version_id uuid NOT NULL,
        node text COLLATE "C",
        waiting text COLLATE "C",
        state json NOT NULL,
        history text NOT NULL,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL
      ) WITH (fillfactor = 70, toast_tuple_target = 4080)`)
    await db.raw('CREATE INDEX sessions_version_id ON sessions (version_id)')
  },
}
