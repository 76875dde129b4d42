import type { Clock, PluginDatabase } from '@parley/plugin-api'
import type { ChannelCapabilities } from '../../api/index.ts'
import { Gatherer } from '../gatherer.ts'

interface Wanted {
  readonly accountId: string
  /** Milliseconds between two sends. */
  readonly interval: number
}

const rememberChats = 10_000

/**
 * When an account may send next. The account's rate is one row that all processes advance, so that together they keep it (ADR 22); the rate of one
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

  /** Milliseconds until the next message may leave; its place in the account's row is taken then. */
  async next(account: string, chat: string, rate: ChannelCapabilities['rate']): Promise<number> {
    const now = this.#clock.now().getTime()
    const pause = (this.#paused.get(account) ?? 0) - now
    if (pause > 0 || rate === undefined) return Math.max(0, pause)
    const inChat = rate.chat === undefined ? now : this.#inChat(chat, now, 1000 / rate.chat)
    return Math.max(inChat, await this.#slots.add({ accountId: account, interval: 1000 / rate.account })) - now
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

  #inChat(chat: string, now: number, interval: number): number {
    const at = Math.max(now, this.#chats.get(chat) ?? 0)
    if (this.#chats.size >= rememberChats) for (const [id, next] of this.#chats) if (next <= now) this.#chats.delete(id)
    this.#chats.set(chat, at + interval)
    return at
  }

  async #take(wanted: readonly Wanted[]): Promise<number[]> {
    const groups = new Map<string, { interval: number; count: number }>()
    for (const { accountId, interval } of wanted) groups.set(accountId, { interval, count: (groups.get(accountId)?.count ?? 0) + 1 })
    const rows = await this.#db.query<{ account_id: string; next_at: Date }>(
      `INSERT INTO {send_slots} AS s (account_id, next_at)
       SELECT w.id, $1::timestamptz + w.length * interval '1 millisecond' FROM unnest($2::uuid[], $3::float8[]) AS w(id, length) ORDER BY w.id
       ON CONFLICT (account_id) DO UPDATE SET next_at = greatest(s.next_at, $1) + (EXCLUDED.next_at - $1)
       RETURNING account_id, next_at`,
      [this.#clock.now(), [...groups.keys()], [...groups.values()].map(({ interval, count }) => interval * count)],
    )
    const starts = new Map(rows.map(({ account_id: id, next_at: end }) => [id, end.getTime() - groups.get(id)!.interval * groups.get(id)!.count]))
    return wanted.map(({ accountId, interval }) => {
      const start = starts.get(accountId)!
      starts.set(accountId, start + interval)
      return start
    })
  }
}
