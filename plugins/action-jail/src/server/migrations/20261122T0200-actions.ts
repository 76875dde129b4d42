import type { Migration } from '@parley/plugin-api'

/** Actions that people write, each of their versions, and what their last runs left. */
export const actions: Migration = {
  up: async (db) => {
    // configs are kept as the text that was written: jsonb would lose the order of keys
    await db.raw(`
      CREATE TABLE actions (
        id text COLLATE "C" PRIMARY KEY,
        name text NOT NULL,
        description text NOT NULL,
        "group" text NOT NULL,
        code text NOT NULL,
        config text NOT NULL,
        documentation text NOT NULL,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        deleted_at timestamptz
      )`)
    await db.raw(`
      CREATE TABLE versions (
        action_id text COLLATE "C" NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
        version integer NOT NULL,
        document text NOT NULL,
        saved_at timestamptz NOT NULL,
        saved_by text NOT NULL,
        PRIMARY KEY (action_id, version)
      )`)
    // one row: grows with every change, so that a process learns with one short read whether what it knows is still so
    await db.raw('CREATE TABLE library (one boolean PRIMARY KEY DEFAULT true CHECK (one), revision bigint NOT NULL)')
    await db.raw('INSERT INTO library (revision) VALUES (0)')
    await db.raw(`
      CREATE TABLE runs (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        action_id text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        conversation_id uuid NOT NULL,
        at timestamptz NOT NULL,
        event text,
        error text,
        log text NOT NULL,
        duration integer NOT NULL
      )`)
    await db.raw('CREATE INDEX runs_action_id ON runs (action_id, id)')
    await db.raw('CREATE INDEX runs_at ON runs (at)')
  },
}
