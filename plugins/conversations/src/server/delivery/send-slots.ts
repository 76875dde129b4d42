import { Gatherer, type Clock, type PluginDatabase } from '@parley/plugin-api'
import type { ChannelCapabilities } from '../../api/index.ts'

interface Wanted {
  readonly accountId: string
  /** Milliseconds between two sends. */
  readonly interval: number
}

const rememberChats = 10_000

/** Nobody takes a place that is further away than this: who would have to wait longer comes again, so that no place is left unused. */
export const longestWait = 3_000

/**
 * When an account may send next. The account's rate is one row that all processes advance, so that together they keep it (ADR 26); the rate of one
 * chat is kept in memory, because only the process that holds the chat's outbox sends there.
 */
export class SendSlots {
  readonly #db: PluginDatabase
  readonly #clock: Clock
  readonly #slots: Gatherer<Wanted, number>
  readonly #chats = new Map<string, number>()
  readonly #paused = new Map<string, number>()

  constructor({ db, clock }: { db: PluginDatabase; clock: Clock }) {
    this.#db = db
    this.#clock = clock
    this.#slots = new Gatherer({ run: (wanted) => this.#take(wanted), parallel: 1, limit: 200 })
  }

  /**
   * Milliseconds until the message may leave. Up to `longestWait` its place is taken, beyond that the caller has to ask again then. A place is taken only
   * when the chat may hear again, and used at once: one kept for later would leave beside somebody else's.
   */
  next(account: string, chat: string, rate: ChannelCapabilities['rate']): number | Promise<number> {
    const asked = this.#clock.now().getTime()
    const pause = (this.#paused.get(account) ?? 0) - asked
    return pause > 0 || rate === undefined ? Math.max(0, pause) : this.#next(account, chat, rate, asked)
  }

  async #next(account: string, chat: string, rate: NonNullable<ChannelCapabilities['rate']>, asked: number): Promise<number> {
    const quiet = (this.#chats.get(chat) ?? 0) - asked
    if (quiet > longestWait) return quiet
    if (quiet > 0) await this.#clock.sleep(quiet)
    const slot = await this.#slots.add({ accountId: account, interval: 1000 / rate.account })
    const now = this.#clock.now().getTime()
    const at = Math.max(now, slot)
    if (rate.chat !== undefined) this.#remember(chat, at + 1000 / rate.chat, now)
    return at - now
  }

  /** The provider said how long it wants to hear nothing from the account. */
  async pause(account: string, seconds: number): Promise<void> {
    const until = this.#clock.now().getTime() + seconds * 1000
    this.#paused.set(account, until)
    await this.#db.query(
      `INSERT INTO {send_slots} AS s (account_id, next_at) VALUES ($1, $2) ON CONFLICT (account_id) DO UPDATE SET next_at = greatest(s.next_at, EXCLUDED.next_at)`,
      [account, new Date(until)],
    )
  }

  #remember(chat: string, next: number, now: number): void {
    if (this.#chats.size >= rememberChats) for (const [id, at] of this.#chats) if (at <= now) this.#chats.delete(id)
    this.#chats.set(chat, next)
  }

  async #take(wanted: readonly Wanted[]): Promise<number[]> {
    const groups = new Map<string, { interval: number; count: number }>()
    for (const { accountId, interval } of wanted) groups.set(accountId, { interval, count: (groups.get(accountId)?.count ?? 0) + 1 })
    const now = this.#clock.now()
    const rows = await this.#db.query<{ account_id: string; next_at: Date; granted: boolean }>(
      `INSERT INTO {send_slots} AS s (account_id, next_at)
       SELECT w.id, $1::timestamptz + w.length * interval '1 millisecond' FROM unnest($2::uuid[], $3::float8[]) AS w(id, length) ORDER BY w.id
       ON CONFLICT (account_id) DO UPDATE SET granted = s.next_at <= $4,
         next_at = CASE WHEN s.next_at <= $4 THEN greatest(s.next_at, $1) + (EXCLUDED.next_at - $1) ELSE s.next_at END
       RETURNING account_id, next_at, granted`,
      [now, [...groups.keys()], [...groups.values()].map(({ interval, count }) => interval * count), new Date(now.getTime() + longestWait)],
    )
    const found = new Map(rows.map((row) => [row.account_id, row]))
    const given = new Map<string, number>()
    return wanted.map(({ accountId, interval }) => {
      const { next_at: end, granted } = found.get(accountId)!
      const place = given.get(accountId) ?? 0
      given.set(accountId, place + 1)
      return end.getTime() - (granted ? interval * (groups.get(accountId)!.count - place) : 0)
    })
  }
}
