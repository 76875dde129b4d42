import type { Migration } from '@parley/plugin-api'

export const users: Migration = {
  async up(db) {
    await db.raw(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        email text COLLATE "und-x-icu" NOT NULL,
        first_name text COLLATE "und-x-icu" NOT NULL,
        last_name text COLLATE "und-x-icu" NOT NULL,
        password_hash text COLLATE "C",
        roles text[] COLLATE "C" NOT NULL DEFAULT '{}',
        bot_ids text[] COLLATE "C",
        active boolean NOT NULL DEFAULT true,
        avatar_url text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        deleted_at timestamptz
      )`)
    // the address of a deleted person may be used again; the row stays because dialogs and audit name it
    await db.raw('CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE deleted_at IS NULL')
    await db.raw('CREATE INDEX users_name ON users (last_name, first_name, id) WHERE deleted_at IS NULL')
    await db.raw('CREATE INDEX users_roles ON users USING gin (roles)')
    await db.raw(`
      CREATE TABLE roles (
        key text COLLATE "C" PRIMARY KEY,
        title text COLLATE "und-x-icu" NOT NULL,
        description text NOT NULL DEFAULT '',
        granted text[] COLLATE "C" NOT NULL DEFAULT '{}',
        revoked text[] COLLATE "C" NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`)
    await db.raw(`
      CREATE TABLE presence (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        seen_at timestamptz NOT NULL,
        gone boolean NOT NULL DEFAULT false
      )`)
    await db.raw('CREATE INDEX presence_due ON presence (seen_at) WHERE NOT gone')
  },
}
