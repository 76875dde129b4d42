import type { Migrations, PluginDatabase, Transaction } from '@parley/plugin-api'

export const configurationMigrations: Migrations = {
  '20261121T0700_configuration': {
    async up(db) {
      await db.raw(`
        CREATE TABLE configuration_things (
          kind text COLLATE "C" NOT NULL,
          id text COLLATE "C" NOT NULL,
          key text COLLATE "C" NOT NULL,
          hash text COLLATE "C" NOT NULL,
          synced_at timestamptz NOT NULL,
          PRIMARY KEY (kind, id),
          UNIQUE (kind, key)
        );
        CREATE TABLE configuration_kept (
          kind text COLLATE "C" NOT NULL,
          key text COLLATE "C" NOT NULL,
          document json NOT NULL,
          PRIMARY KEY (kind, key)
        )`)
    },
  },
}

/** What is remembered of a thing since it was last exported or imported. */
export interface KnownThing {
  readonly kind: string
  readonly id: string
  readonly key: string
  /** Of its document then. */
  readonly hash: string
}

/** A document of a kind that nobody here can apply. */
export interface KeptDocument {
  readonly kind: string
  readonly key: string
  readonly document: unknown
}

export class ConfigurationStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** One moment for everything that is read, over all plugins. */
  async freeze(tx: Transaction): Promise<void> {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  }

  /** Exports and imports of one installation are one at a time. Not an advisory lock: asking for one would begin the moment of a frozen transaction. */
  async lock(tx: Transaction): Promise<void> {
    await tx.query('LOCK TABLE {configuration_things} IN SHARE ROW EXCLUSIVE MODE')
  }

  async known(): Promise<KnownThing[]> {
    return this.#db.query<KnownThing>('SELECT kind, id, key, hash FROM {configuration_things} ORDER BY kind, key')
  }

  /** Of these kinds exactly these things are known from now on. */
  async remember(kinds: readonly string[], things: readonly KnownThing[], at: Date): Promise<void> {
    await this.#db.query('DELETE FROM {configuration_things} WHERE kind = ANY($1)', [kinds])
    await this.#db.query(
      `INSERT INTO {configuration_things} (kind, id, key, hash, synced_at)
       SELECT kind, id, key, hash, $2 FROM jsonb_to_recordset($1::jsonb) AS t(kind text, id text, key text, hash text)`,
      [JSON.stringify(things.map(({ kind, id, key, hash }) => ({ kind, id, key, hash }))), at],
    )
  }

  async kept(): Promise<KeptDocument[]> {
    return this.#db.query<KeptDocument>('SELECT kind, key, document FROM {configuration_kept} ORDER BY kind, key')
  }

  async keep({ kind, key, document }: KeptDocument): Promise<void> {
    await this.#db.query(
      'INSERT INTO {configuration_kept} (kind, key, document) VALUES ($1, $2, $3) ON CONFLICT (kind, key) DO UPDATE SET document = excluded.document',
      [kind, key, JSON.stringify(document)],
    )
  }

  async forget(things: readonly { readonly kind: string; readonly key: string }[]): Promise<void> {
    await this.#db.query(
      'DELETE FROM {configuration_kept} k USING jsonb_to_recordset($1::jsonb) AS t(kind text, key text) WHERE k.kind = t.kind AND k.key = t.key',
      [JSON.stringify(things.map(({ kind, key }) => ({ kind, key })))],
    )
  }
}
