import type { Claims, Clock, Logger, Queue } from '@parley/plugin-api'
import type { Inbox } from '../../api/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { ConversationChange } from '../changes/conversation-change.ts'
import type { OutboxTaker } from '../changes/conversation-changes.ts'
import type { Config } from '../config.ts'
import { LeaseKeeper, type Lease } from '../lanes/lease-keeper.ts'
import { ownHolder } from '../lanes/own-commands.ts'
import type { DeliveryRow, DeliveryStore, OutboxLane, OutboxStep, StepResult } from './delivery-store.ts'
import { HeldOutbox, rowsOf } from './held-outbox.ts'
import type { Mark } from './marks.ts'
import type { OutboxSteps } from './outbox-steps.ts'
import type { RowOutcome, RowSender } from './row-sender.ts'

interface Parts {
  readonly accounts: Accounts
  readonly deliveryStore: DeliveryStore
  readonly outboxSteps: OutboxSteps
  readonly rowSender: RowSender
  readonly inbox: Inbox
  readonly queue: Queue
  readonly clock: Clock
  readonly claims: Claims
  readonly log: Logger
  readonly config: Config
}

type Rest = Omit<OutboxStep, 'lane' | 'settled' | 'keepExternalIds' | 'lossy' | 'release'> & { readonly release?: boolean }

/** Milliseconds without anything to send, after which an outbox is let go: more with each that is held, because the next commit of each comes later. */
const lingerWith = (held: number): number => Math.min(100 + 10 * held, 1_000)

/** An outbox being worked off. */
interface Work {
  readonly held: HeldOutbox
  readonly lease: Lease
  /** A repeated send is no second message, so marks may be written late and together. */
  readonly idempotent: boolean
  readonly write: (rest: Rest) => Promise<StepResult>
}

/**
 * Works off the outboxes of conversations, each in number order. What a commit of this process puts into an idle outbox is sent right after it,
 * without a job and without a claim; the rest waits for the job.
 */
export class Deliverer implements OutboxTaker {
  readonly #parts: Parts
  readonly #running = new Set<Promise<void>>()
  readonly #held = new Map<string, HeldOutbox>()
  readonly #leases: LeaseKeeper
  #works = false

  constructor({ accounts, deliveryStore, outboxSteps, rowSender, inbox, queue, clock, claims, log, config }: Parts) {
    this.#parts = { accounts, deliveryStore, outboxSteps, rowSender, inbox, queue, clock, claims, log, config }
    const renew = deliveryStore.renew.bind(deliveryStore)
    this.#leases = new LeaseKeeper({ clock, claims, log, seconds: config.delivery.lease, renew })
  }

  /** Something is on its way. */
  get busy(): boolean {
    return this.#running.size > 0
  }

  /** From now on this process sends what its commits add. */
  start(): void {
    this.#works = true
  }

  /** Nothing new is begun; resolves when what is on its way has an outcome. */
  async stop(): Promise<void> {
    this.#works = false
    this.#leases.stop()
    this.#parts.outboxSteps.flush()
    await Promise.all(this.#running)
  }

  take(): { readonly token: string; readonly until: Date } | undefined {
    if (!this.#works || this.#running.size >= this.#parts.config.delivery.concurrency) return undefined
    return { token: this.#parts.claims.token(), until: this.#until() }
  }

  send(change: ConversationChange): boolean {
    const { result, outbox } = change
    if (result === undefined) return false
    const now = this.#parts.clock.now()
    if (!result.took) {
      const held = this.#held.get(change.id)
      if (held?.lane.token !== result.outboxToken) return result.outboxBusy
      held?.append(change, now)
      return true
    }
    if (outbox === undefined) return false
    const { id, accountId, botId, channel, chatId, outboxVersion: version } = result
    const held = new HeldOutbox({ id, accountId, botId, channel, chatId, token: outbox.token, version, rows: rowsOf(change, now), more: false })
    held.begun = held.rows[0]
    this.#track(this.#work(held, outbox.until))
    return true
  }

  marks(conversationId: string): readonly Mark[] {
    const held = this.#held.get(conversationId)
    const driver = held && this.#parts.accounts.driver(held.lane.channel)
    if (held === undefined || driver?.idempotentSend !== true || held.settled.some(({ state }) => state !== 'sent')) return []
    return held.marks(driver.capabilities.receipts.length > 0)
  }

  written(conversationId: string, marks: readonly Mark[]): void {
    this.#held.get(conversationId)?.written(marks)
  }

  async drain(conversationId: string, signal: AbortSignal): Promise<void> {
    const { deliveryStore, clock, claims } = this.#parts
    if (signal.aborted) return
    const until = this.#until()
    const lane = await deliveryStore.claim(conversationId, claims.token(), clock.now(), until)
    if (lane !== undefined) await this.#track(this.#work(new HeldOutbox(lane), until))
  }

  #until(): Date {
    return new Date(this.#parts.clock.now().getTime() + this.#parts.config.delivery.lease * 1000)
  }

  #track(work: Promise<void>): Promise<void> {
    const tracked = work.catch((error: unknown) => this.#parts.log.error('an outbox could not be worked off; its rows are found again', { error }))
    this.#running.add(tracked)
    void tracked.finally(() => this.#running.delete(tracked))
    return tracked
  }

  async #work(held: HeldOutbox, until: Date): Promise<void> {
    const { accounts, deliveryStore, outboxSteps } = this.#parts
    const { id, token, channel } = held.lane
    const driver = accounts.driver(channel)
    const lease = this.#leases.hold(id, token, until)
    const work: Work = { held, lease, idempotent: driver?.idempotentSend ?? false, write: (rest) => outboxSteps.commit(this.#step(work, rest)) }
    this.#held.set(id, held)
    try {
      for (;;) {
        if (!(await this.#sendRows(work))) return
        const { held: mine, released } = await this.#settle(work)
        if (!mine || released) return
        // what was sent meanwhile must be written before the database is asked what is left
        if (held.settled.length > 0 || (!held.incomplete && held.rows.length > 0)) continue
        const lane = await deliveryStore.load(id, token)
        if (lane === undefined) return
        held.reload(lane)
      }
    } finally {
      lease.end()
      if (this.#held.get(id) === held) this.#held.delete(id)
    }
  }

  /** Sends what is known to wait. False when the outbox is left, to be gone on with later or by another process. */
  async #sendRows({ held, lease, idempotent, write }: Work): Promise<boolean> {
    const { rowSender, clock, inbox } = this.#parts
    for (let row = held.rows[0]; row !== undefined && !held.incomplete; row = held.rows[0]) {
      if (lease.lost) return await this.#handBack(held.lane, write)
      if (row.state === 'sending' && row !== held.begun && !idempotent) {
        held.settle({
          messageId: row.messageId,
          number: row.number,
          state: 'unknown',
          reason: { en: 'The process stopped while the message was on its way.', uk: 'Процес зупинився, коли повідомлення було в дорозі.' },
        })
        held.rows.shift()
        continue
      }
      const { number, messageId } = row
      const wait = row.dueAt.getTime() - clock.now().getTime()
      if (wait > 0) return await this.#putOff(held.lane, row, { state: 'later', reason: '', pause: wait, part: row.part, tried: false }, write)
      if (!idempotent && row !== held.begun && !(await write({ begin: { number, part: row.part, at: clock.now() } })).held) return false
      held.begun = row
      const began = async (part: number): Promise<void> => void (await write({ begin: { number, part, at: clock.now() } }))
      const outcome = await held.for(row, () => rowSender.send(held.lane, row, { began, sure: () => lease.sure() }))
      if (outcome === 'lost') return false
      if (outcome.state === 'later') return await this.#putOff(held.lane, row, outcome, write)
      held.rows.shift()
      const reason = outcome.state === 'sent' ? undefined : outcome.reason
      held.settle({ messageId, number, state: outcome.state, reason, externalId: outcome.state === 'sent' ? outcome.externalId : undefined })
      if (outcome.state === 'failed' && outcome.blocked === true)
        await inbox.post(held.lane.id, { holder: ownHolder, type: 'blocked', data: { blocked: true } })
    }
    return true
  }

  /**
   * Writes what was sent and lets the outbox go, unless more was added. Where marks may be late, it is kept for a moment: while a dialog goes on, its next
   * commit carries the marks, and neither a statement nor a new hold is needed.
   */
  async #settle(work: Work): Promise<StepResult> {
    const { held, lease, idempotent, write } = work
    const release = (): Rest => ({ release: !held.incomplete && !held.lane.more && held.rows.length === 0 })
    if (!idempotent || lease.lost || held.incomplete || held.settled.some(({ state }) => state !== 'sent')) return await write(release())
    let ended = false
    let left = false
    const ready = (): boolean => left || lease.lost || held.incomplete || this.#idle(held)
    const end = (): void => {
      ended = true
      held.wake()
    }
    const written = this.#parts.outboxSteps.commitSoon(ready, () => this.#step(work, release()))
    written.then(end, end)
    try {
      while (!ended) {
        // what came while the rows before it were sent has woken nobody
        if (held.rows.length === 0 || held.incomplete) await held.woken()
        if (!ended && !held.incomplete && !(await this.#sendRows(work))) return { held: false, released: false }
      }
    } finally {
      // however the outbox is left, what is sent is written by now; the step that waits must not wait for ever
      left = true
    }
    return await written
  }

  #idle({ rows, touched }: HeldOutbox): boolean {
    return rows.length === 0 && performance.now() - touched >= lingerWith(this.#held.size)
  }

  /** Takes over what was sent so far; it is written with this step or not at all. */
  #step({ held, idempotent }: Pick<Work, 'held' | 'idempotent'>, rest: Rest): OutboxStep {
    const { settled, lane } = held
    held.settled = []
    const driver = this.#parts.accounts.driver(lane.channel)
    return { release: false, ...rest, lane, settled, keepExternalIds: (driver?.capabilities.receipts.length ?? 0) > 0, lossy: idempotent }
  }

  async #putOff(
    lane: OutboxLane,
    row: DeliveryRow,
    again: Extract<RowOutcome, { state: 'later' }>,
    write: (rest: Rest) => Promise<StepResult>,
  ): Promise<false> {
    const now = this.#parts.clock.now()
    const until = new Date(now.getTime() + again.pause)
    const attempts = Math.min(row.attempts + (again.tried ? 1 : 0), 1000)
    const firstTriedAt = row.firstTriedAt ?? (again.tried ? now : undefined)
    const { held } = await write({
      putOff: { row, part: again.part, attempts, firstTriedAt, until, reason: again.tried || row.state === 'sending' ? again.reason : undefined },
    })
    if (held) await this.#parts.queue.add('deliver', { conversationId: lane.id }, { delay: again.pause })
    return false
  }

  /** The process stops: another one goes on at once. */
  async #handBack(lane: OutboxLane, write: (rest: Rest) => Promise<StepResult>): Promise<false> {
    await write({ until: this.#parts.clock.now() })
    await this.#parts.queue.add('deliver', { conversationId: lane.id })
    return false
  }
}
