import type { Migration } from '@parley/plugin-api'

export const clientTables: Migration = {
  async up(db) {
    await db.raw(`
      CREATE TABLE clients (
        id uuid PRIMARY KEY,
        first_name text COLLATE "und-x-icu",
        last_name text COLLATE "und-x-icu",
        patronymic text COLLATE "und-x-icu",
        phone text COLLATE "C",
        email text COLLATE "C",
        language text COLLATE "C",
        avatar_url text,
        tags text[] NOT NULL DEFAULT '{}',
        extra jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
      );
      CREATE INDEX clients_created ON clients (created_at DESC, id);
      CREATE INDEX clients_phone ON clients (phone);
      CREATE INDEX clients_email ON clients (email);
      CREATE TABLE identities (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
        account_id uuid NOT NULL,
        channel text COLLATE "C" NOT NULL,
        chat_id text COLLATE "C" NOT NULL,
        sender_id text COLLATE "C" NOT NULL,
        username text COLLATE "C",
        blocked boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (account_id, chat_id)
      );
      CREATE INDEX identities_client ON identities (client_id);
      CREATE TABLE client_history (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
        at timestamptz NOT NULL DEFAULT now(),
        actor text,
        changes jsonb NOT NULL
      );
      CREATE INDEX client_history_client ON client_history (client_id, id);
      CREATE TABLE client_fields (
        key text COLLATE "C" PRIMARY KEY,
        type text COLLATE "C" NOT NULL,
        label text COLLATE "und-x-icu" NOT NULL,
        options jsonb NOT NULL DEFAULT '{}',
        position integer NOT NULL DEFAULT 0
      );
    `)
  },
}
