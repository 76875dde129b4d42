import type { Migration } from '@parley/plugin-api'

export const signIn: Migration = {
  async up(db) {
    await db.raw(`
      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        generation integer NOT NULL DEFAULT 1,
        rotated_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        address text COLLATE "C" NOT NULL,
        user_agent text NOT NULL,
        revoked_at timestamptz,
        revoked_because text COLLATE "C"
      )`)
    await db.raw('CREATE INDEX sessions_user ON sessions (user_id, rotated_at DESC)')
    await db.raw('CREATE INDEX sessions_expiry ON sessions (expires_at)')
    await db.raw(`
      CREATE TABLE sign_in_attempts (
        key text COLLATE "C" PRIMARY KEY,
        failures integer NOT NULL,
        last_at timestamptz NOT NULL,
        last_attempt uuid NOT NULL,
        locked_until timestamptz
      )`)
    await db.raw('CREATE INDEX sign_in_attempts_age ON sign_in_attempts (last_at)')
    await db.raw(`
      CREATE TABLE password_links (
        hash text COLLATE "C" PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        expires_at timestamptz NOT NULL
      )`)
    await db.raw('CREATE INDEX password_links_user ON password_links (user_id)')
    await db.raw(`
      CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        name text COLLATE "und-x-icu" NOT NULL,
        hash text COLLATE "C" NOT NULL UNIQUE,
        prefix text COLLATE "C" NOT NULL,
        permissions text[] COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      )`)
    await db.raw('CREATE INDEX api_keys_created ON api_keys (created_at DESC, id DESC)')
  },
}
