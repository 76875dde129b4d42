import { randomUUID } from 'node:crypto'
import type { PluginDatabase } from '@parley/plugin-api'

export interface LockoutRule {
  /** Attempts that are free. */
  readonly threshold: number
  /** Seconds of the first lock; each further failure doubles it. */
  readonly firstLock: number
  readonly longestLock: number
  /** Seconds after which failures are forgotten. */
  readonly memory: number
}

export interface Charge {
  /** False while locked: the password must not even be looked at. */
  readonly allowed: boolean
  readonly failures: number
  readonly lockedUntil: Date | undefined
}

export class LockoutStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /**
   * Counts an attempt as failed before it is made, in one statement, so that many guesses at once cannot outrun the counter. A right password
   * takes it back.
   */
  async charge(key: string, now: Date, rule: LockoutRule): Promise<Charge> {
    const attempt = randomUUID()
    const [row] = await this.#db.query<{ allowed: boolean; failures: number; locked_until: Date | null }>(
      `INSERT INTO {sign_in_attempts} AS a (key, failures, last_at, last_attempt) VALUES ($1, 1, $2::timestamptz, $3)
       ON CONFLICT (key) DO UPDATE SET
         failures = CASE WHEN a.last_at < $2::timestamptz - $7::integer * interval '1 second' THEN 1 ELSE a.failures + 1 END,
         last_at = $2::timestamptz,
         last_attempt = $3,
         locked_until = CASE
           WHEN a.last_at < $2::timestamptz - $7::integer * interval '1 second' OR a.failures + 1 < $4::integer THEN NULL
           ELSE $2::timestamptz + least($5::integer * power(2, least(a.failures + 1 - $4::integer, 30)), $6::integer) * interval '1 second'
         END
       WHERE a.locked_until IS NULL OR a.locked_until <= $2::timestamptz
       RETURNING last_attempt = $3 AS allowed, failures, locked_until`,
      [key, now, attempt, rule.threshold, rule.firstLock, rule.longestLock, rule.memory],
    )
    if (row !== undefined) return { allowed: row.allowed, failures: row.failures, lockedUntil: row.locked_until ?? undefined }
    const [locked] = await this.#db.query<{ failures: number; locked_until: Date }>(
      'SELECT failures, locked_until FROM {sign_in_attempts} WHERE key = $1 AND locked_until > $2',
      [key, now],
    )
    // gone in between: somebody signed in or an administrator unlocked
    return { allowed: locked === undefined, failures: locked?.failures ?? 0, lockedUntil: locked?.locked_until }
  }

  async clear(key: string): Promise<void> {
    await this.#db.query('DELETE FROM {sign_in_attempts} WHERE key = $1', [key])
  }

  /** Takes one charge back and leaves earlier failures counted. */
  async refund(key: string): Promise<void> {
    await this.#db.query('UPDATE {sign_in_attempts} SET failures = failures - 1, locked_until = NULL WHERE key = $1 AND failures > 0', [key])
  }

  async purge(before: Date): Promise<void> {
    await this.#db.query('DELETE FROM {sign_in_attempts} WHERE last_at < $1', [before])
  }
}
