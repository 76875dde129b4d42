import { isParleyError, type Clock, type Logger, type PluginDatabase, type Points } from '@parley/plugin-api'
import { channels, type ChannelAccount } from '../../api/index.ts'
import { newId } from '../ids.ts'
import type { ChannelInbox } from './inbox.ts'
import { problemOf } from './payload.ts'

const atOnce = 100
const mostAttempts = 5

/**
 * Payloads that came while their channel's plugin was suspended: kept as they are, and taken in, in their order, when it runs again. They were acknowledged,
 * so one that cannot be taken in is not dropped: it goes over into the raw intake, with its problem.
 */
export class WaitingPayloads {
  readonly #db: PluginDatabase
  readonly #points: Points
  readonly #clock: Clock
  readonly #log: Logger

  constructor({ db, points, clock, log }: { db: PluginDatabase; points: Points; clock: Clock; log: Logger }) {
    this.#db = db
    this.#points = points
    this.#clock = clock
    this.#log = log
  }

  async keep({ id, channel }: Pick<ChannelAccount, 'id' | 'channel'>, payload: Uint8Array): Promise<void> {
    await this.#db.query('INSERT INTO {waiting_payloads} (account_id, channel, payload) VALUES ($1, $2, $3)', [id, channel, payload])
  }

  /** Accounts with waiting payloads whose channel runs. */
  async accounts(): Promise<{ accountId: string }[]> {
    const running = [...this.#points.get(channels).keys()]
    return await this.#db.query('SELECT DISTINCT account_id AS "accountId" FROM {waiting_payloads} WHERE channel = ANY($1) LIMIT 1000', [running])
  }

  /** A row goes when it is taken in: after a crash in between it is taken in twice, which makes no second message. */
  async takeIn(accountId: string, inbox: ChannelInbox, signal: AbortSignal): Promise<void> {
    for (let taken = atOnce; taken === atOnce;) {
      const rows = await this.#db.query<{ id: string; channel: string; payload: Buffer; attempts: number }>(
        'SELECT id, channel, payload, attempts FROM {waiting_payloads} WHERE account_id = $1 ORDER BY id LIMIT $2',
        [accountId, atOnce],
      )
      for (const { id, channel, payload, attempts } of rows) {
        if (signal.aborted || !this.#points.get(channels).has(channel)) return
        try {
          await inbox.takeIn(accountId, payload)
        } catch (error) {
          // suspended again
          if (isParleyError(error, 'plugin_unavailable')) return
          // no second try mends what the payload or the account is like
          const final = attempts + 1 >= mostAttempts || (isParleyError(error) && error.family === 'user')
          if (!final) {
            await this.#db.query('UPDATE {waiting_payloads} SET attempts = attempts + 1 WHERE id = $1', [id])
            throw error
          }
          await this.#giveUp(id, problemOf(error))
          this.#log.warn('a payload that waited for its channel could not be taken in; it stands in the raw intake', { account: accountId, error })
          continue
        }
        await this.#db.query('DELETE FROM {waiting_payloads} WHERE id = $1', [id])
      }
      taken = rows.length
    }
  }

  /** Kept from now on for as long as everything in the raw intake, however long it waited. */
  async #giveUp(id: string, problem: string): Promise<void> {
    await this.#db.query(
      `WITH waited AS (DELETE FROM {waiting_payloads} WHERE id = $1 RETURNING account_id, payload)
       INSERT INTO {intake} (account_id, id, payload, events, problem) SELECT account_id, $2::uuid, payload, 0, $3 FROM waited`,
      [id, newId(this.#clock.now()), problem],
    )
  }
}
