import type { Migrations, PluginDatabase } from '@parley/plugin-api'
import type { Answer } from './answer.ts'

export const httpMigrations: Migrations = {
  '20261120T0900_http_idempotency': {
    async up(db) {
      await db.raw(`
        CREATE TABLE idempotent_requests (
          key text COLLATE "C" PRIMARY KEY,
          request_hash text COLLATE "C" NOT NULL,
          claimed_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL,
          status integer,
          headers jsonb,
          body bytea
        )`)
      await db.raw('CREATE INDEX idempotent_requests_expiry ON idempotent_requests (expires_at)')
    },
  },
}

export interface KnownRequest {
  readonly requestHash: string
  readonly claimedAt: Date
  /** Missing while the first request runs, for ever when it was interrupted. */
  readonly answer: Answer | undefined
}

interface Row {
  request_hash: string
  claimed_at: Date
  status: number | null
  headers: Record<string, string> | null
  body: Buffer | null
}

export class IdempotencyStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** True for the one request that may run. */
  async claim(key: string, requestHash: string, now: Date, expiresAt: Date): Promise<boolean> {
    const rows = await this.#db.query(
      `INSERT INTO {idempotent_requests} AS known (key, request_hash, claimed_at, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (key) DO UPDATE
         SET request_hash = EXCLUDED.request_hash, claimed_at = EXCLUDED.claimed_at, expires_at = EXCLUDED.expires_at,
             status = NULL, headers = NULL, body = NULL
         WHERE known.expires_at <= EXCLUDED.claimed_at
       RETURNING key`,
      [key, requestHash, now, expiresAt],
    )
    return rows.length === 1
  }

  async find(key: string): Promise<KnownRequest | undefined> {
    const [row] = await this.#db.query<Row>('SELECT request_hash, claimed_at, status, headers, body FROM {idempotent_requests} WHERE key = $1', [key])
    if (row === undefined) return undefined
    const { status, headers, body } = row
    const answer = status === null ? undefined : { status, headers: headers ?? {}, body: body ?? undefined }
    return { requestHash: row.request_hash, claimedAt: row.claimed_at, answer }
  }

  async finish(key: string, { status, headers, body }: Answer): Promise<void> {
    await this.#db.query('UPDATE {idempotent_requests} SET status = $2, headers = $3, body = $4 WHERE key = $1', [
      key,
      status,
      JSON.stringify(headers),
      body === undefined ? undefined : Buffer.from(body as string),
    ])
  }

  async release(key: string): Promise<void> {
    await this.#db.query('DELETE FROM {idempotent_requests} WHERE key = $1', [key])
  }

  async removeExpired(now: Date): Promise<void> {
    await this.#db.query('DELETE FROM {idempotent_requests} WHERE expires_at <= $1', [now])
  }
}
