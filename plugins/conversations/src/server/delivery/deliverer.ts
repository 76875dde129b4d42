import type { Clock, Logger, Queue } from '@parley/plugin-api'
import type { Inbox } from '../../api/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { ConversationChange } from '../changes/conversation-change.ts'
import type { OutboxTaker } from '../changes/conversation-changes.ts'
import type { Config } from '../config.ts'
import { newToken } from '../ids.ts'
import { LeaseKeeper, type Lease } from '../lanes/lease-keeper.ts'
import { ownHolder } from '../lanes/own-commands.ts'
import type { DeliveryRow, DeliveryStore, OutboxLane, OutboxStep, SettledRow, StepResult } from './delivery-store.ts'
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
  readonly log: Logger
  readonly config: Config
}

type Rest = Omit<OutboxStep, 'lane' | 'settled' | 'keepExternalIds' | 'lossy' | 'release'> & { readonly release?: boolean }

/**
 * Works off the outboxes of conversations, each in number order. What a commit of this process puts into an idle outbox is sent right after it,
 * without a job and without a claim; the rest waits for the job.
 */
export class Deliverer implements OutboxTaker {
  readonly #parts: Parts
  readonly #running = new Set<Promise<void>>()
  readonly #leases: LeaseKeeper
  #works = false

  constructor({ accounts, deliveryStore, outboxSteps, rowSender, inbox, queue, clock, log, config }: Parts) {
    this.#parts = { accounts, deliveryStore, outboxSteps, rowSender, inbox, queue, clock, log, config }
    this.#leases = new LeaseKeeper({ clock, log, seconds: config.delivery.lease, renew: (lanes, until) => deliveryStore.renew(lanes, until) })
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
    await Promise.all(this.#running)
  }

  take(): { readonly token: string; readonly until: Date } | undefined {
    if (!this.#works || this.#running.size >= this.#parts.config.delivery.concurrency) return undefined
    return { token: newToken(), until: this.#until() }
  }

  send(change: ConversationChange): void {
    const { result, outbox } = change
    if (result === undefined || outbox === undefined) return
    const now = this.#parts.clock.now()
    const rows = change.messages
      .filter(({ direction }) => direction === 'out')
      .map((message): DeliveryRow => {
        const state = change.stateOf(message) === 'sending' ? 'sending' : 'queued'
        const number = change.numberAt(message.position)
        return { number, messageId: message.id, content: message.content, author: message.author, state, part: 0, attempts: 0, firstTriedAt: now, dueAt: now }
      })
    const { id, accountId, botId, channel, chatId, outboxVersion: version } = result
    this.#track(this.#work({ id, accountId, botId, channel, chatId, token: outbox.token, version, rows, more: false }, outbox.until, true))
  }

  async drain(conversationId: string, signal: AbortSignal): Promise<void> {
    const { deliveryStore, clock } = this.#parts
    if (signal.aborted) return
    const until = this.#until()
    const lane = await deliveryStore.claim(conversationId, newToken(), clock.now(), until)
    if (lane !== undefined) await this.#track(this.#work(lane, until, false))
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

  async #work(first: OutboxLane, until: Date, own: boolean): Promise<void> {
    const { deliveryStore } = this.#parts
    const { id, token } = first
    const lease = this.#leases.hold(id, token, until)
    try {
      for (let lane: OutboxLane | undefined = first, begun = own; lane !== undefined; begun = false) {
        if (!(await this.#sendRows(lane, begun, lease))) return
        lane = await deliveryStore.load(id, token)
      }
    } finally {
      lease.end()
    }
  }

  /** True when there may be more to do. `own`: the first row was marked as begun by the commit that added it. */
  async #sendRows(lane: OutboxLane, own: boolean, lease: Lease): Promise<boolean> {
    const { accounts, rowSender, clock } = this.#parts
    const driver = accounts.driver(lane.channel)
    const idempotent = driver?.idempotentSend ?? false
    let settled: SettledRow[] = []
    let begun = own ? lane.rows[0] : undefined
    const write = async (rest: Rest): Promise<StepResult> => {
      const result = await this.#commit(lane, settled, rest, idempotent, (driver?.capabilities.receipts.length ?? 0) > 0)
      settled = []
      return result
    }
    for (const row of lane.rows) {
      if (lease.lost) return await this.#handBack(lane, write)
      if (row.state === 'sending' && row !== begun && !idempotent) {
        settled.push({ messageId: row.messageId, number: row.number, state: 'unknown', reason: 'The process stopped while the message was on its way.' })
        continue
      }
      const wait = row.dueAt.getTime() - clock.now().getTime()
      if (wait > 0) return await this.#putOff(lane, row, { state: 'later', reason: '', pause: wait, part: row.part, tried: false }, write)
      if (!idempotent && row !== begun && !(await write({ begin: { number: row.number, part: row.part, at: clock.now() } })).held) return false
      begun = row
      const began = async (part: number): Promise<void> => void (await write({ begin: { number: row.number, part, at: clock.now() } }))
      const outcome = await rowSender.send(lane, row, { began, sure: () => lease.sure() })
      if (outcome === 'lost') return false
      if (outcome.state === 'later') return await this.#putOff(lane, row, outcome, write)
      const reason = outcome.state === 'sent' ? undefined : outcome.reason
      settled.push({ messageId: row.messageId, number: row.number, state: outcome.state, reason, externalId: outcome.state === 'sent' ? outcome.externalId : undefined })
      if (outcome.state === 'failed' && outcome.blocked === true) {
        await this.#parts.inbox.post(lane.id, { holder: ownHolder, type: 'blocked', data: { blocked: true } })
      }
    }
    const { held, released } = await write({ release: !lane.more })
    return held && !released
  }

  async #commit(lane: OutboxLane, settled: readonly SettledRow[], rest: Rest, lossy: boolean, keepExternalIds: boolean): Promise<StepResult> {
    return await this.#parts.outboxSteps.commit({ release: false, ...rest, lane, settled, keepExternalIds, lossy })
  }

  async #putOff(lane: OutboxLane, row: DeliveryRow, again: Extract<RowOutcome, { state: 'later' }>, write: (rest: Rest) => Promise<StepResult>): Promise<false> {
    const now = this.#parts.clock.now()
    const until = new Date(now.getTime() + again.pause)
    const attempts = Math.min(row.attempts + (again.tried ? 1 : 0), 1000)
    const firstTriedAt = row.firstTriedAt ?? (again.tried ? now : undefined)
    const { held } = await write({ putOff: { row, part: again.part, attempts, firstTriedAt, until, reason: again.tried || row.state === 'sending' ? again.reason : undefined } })
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
