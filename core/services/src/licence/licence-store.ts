import type { Migrations, PluginDatabase, Within } from '@parley/plugin-api'

export const licenceMigrations: Migrations = {
  '20261121T0070_licences': {
    async up(db) {
      await db.raw(`
        CREATE TABLE licences (
          key text COLLATE "C" PRIMARY KEY,
          document jsonb NOT NULL,
          uploaded_at timestamptz NOT NULL
        )`)
      await db.raw('CREATE TABLE licence_clocks (signature text COLLATE "C" PRIMARY KEY, seen_at timestamptz NOT NULL)')
    },
  },
}

/** Licences that were uploaded, one for each key that signs, and the latest time at which each licence was seen. */
export class LicenceStore {
  readonly #db: PluginDatabase
  #ready = false

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** False before the first migration: licences are asked for when plugins are chosen, which is earlier. */
  async ready(): Promise<boolean> {
    if (this.#ready) return true
    const [row] = await this.#db.query<{ there: boolean }>("SELECT to_regclass('host.licence_clocks') IS NOT NULL AS there")
    return (this.#ready = row?.there === true)
  }

  /** As text, to be verified at each reading: whoever can write to the table cannot sign. */
  async uploaded(): Promise<readonly string[]> {
    return (await this.keyed()).map(({ text }) => text)
  }

  keyed(): Promise<readonly { readonly key: string; readonly text: string }[]> {
    return this.#db.query<{ key: string; text: string }>('SELECT key, document::text AS text FROM {licences} ORDER BY key')
  }

  async save(key: string, document: unknown, at: Date, within?: Within): Promise<void> {
    await this.#db.write(
      {
        text: `INSERT INTO {licences} (key, document, uploaded_at) VALUES ($1, $2::jsonb, $3)
          ON CONFLICT (key) DO UPDATE SET document = EXCLUDED.document, uploaded_at = EXCLUDED.uploaded_at`,
        values: [key, JSON.stringify(document), at],
      },
      within,
    )
  }

  /** Takes away this one; refused as `stale_write` when its renewal has taken its place meanwhile. */
  async remove(key: string, { signature }: { readonly signature?: unknown }, within?: Within): Promise<void> {
    const text = "DELETE FROM {licences} WHERE key = $1 AND document->>'signature' IS NOT DISTINCT FROM $2::text"
    await this.#db.write({ text, values: [key, signature], expect: 1 }, within)
  }

  /** Notes that a licence is used now, and answers the latest time at which it ever was. */
  async seen(signature: string, now: Date): Promise<Date> {
    const [row] = await this.#db.query<{ seen_at: Date }>(
      `INSERT INTO {licence_clocks} AS c (signature, seen_at) VALUES ($1, $2)
       ON CONFLICT (signature) DO UPDATE SET seen_at = GREATEST(c.seen_at, EXCLUDED.seen_at) RETURNING seen_at`,
      [signature, now],
    )
    return row!.seen_at
  }
}
