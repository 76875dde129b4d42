import type { Clock, Files, Logger, Points } from '@parley/plugin-api'
import {
  messageKinds,
  type ChannelAccount,
  type ChannelDriver,
  type Media,
  type MessageContent,
  type SendResult,
  type Words,
} from '../../api/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Config } from '../config.ts'
import { textOf } from '../words.ts'
import { degrade } from '../degrade/degrade.ts'
import { attempt } from './attempt.ts'
import type { ButtonValues } from './button-values.ts'
import type { DeliveryRow, OutboxLane } from './delivery-store.ts'
import type { NumberedChoices } from './numbered-choices.ts'
import { longestWait, type SendSlots } from './send-slots.ts'

export type RowOutcome =
  | { readonly state: 'sent'; readonly externalId?: string | undefined }
  | { readonly state: 'failed' | 'unknown'; readonly reason: Words; readonly blocked?: boolean }
  /** Nothing proves that it arrived, or nothing was tried: again after `pause` milliseconds, from `part` on. */
  | { readonly state: 'later'; readonly reason: Words; readonly pause: number; readonly part: number; readonly tried: boolean }

export interface RowProgress {
  /** Called before each part but the first of a message, for channels where a repeated send is a second message. */
  readonly began: (part: number) => Promise<void>
  /** Whether the outbox is still this process's. Asked last: a process that was held up must not speak after the one that took over. */
  readonly sure: () => boolean | Promise<boolean>
}

const words = {
  notRunning: (channel: string): Words => ({ en: `The channel "${channel}" is not running.`, uk: `Канал «${channel}» не працює.` }),
  deleted: { en: 'The channel account was deleted.', uk: 'Обліковий запис каналу видалено.' },
  off: { en: 'The channel account is switched off.', uk: 'Обліковий запис каналу вимкнено.' },
  nothing: { en: 'The message has nothing that this channel can show.', uk: 'У повідомленні немає нічого, що цей канал може показати.' },
  pause: { en: 'The channel asked for a pause.', uk: 'Канал попросив зачекати.' },
}

const absentPause = 15_000
const longestPause = 30_000

interface Parts {
  readonly accounts: Accounts
  readonly buttonValues: ButtonValues
  readonly numberedChoices: NumberedChoices
  readonly sendSlots: SendSlots
  readonly points: Points
  readonly files: Files
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
}

/** Takes one message to its channel and says what became of it. */
export class RowSender {
  readonly #parts: Parts

  constructor({ accounts, buttonValues, numberedChoices, sendSlots, points, files, clock, log, config }: Parts) {
    this.#parts = { accounts, buttonValues, numberedChoices, sendSlots, points, files, clock, log, config }
  }

  async send(lane: OutboxLane, row: DeliveryRow, progress: RowProgress): Promise<RowOutcome | 'lost'> {
    const { accounts, buttonValues, numberedChoices } = this.#parts
    const driver = accounts.driver(lane.channel)
    const later = { state: 'later' as const, part: row.part, pause: absentPause }
    if (driver === undefined) return { ...later, reason: words.notRunning(lane.channel), tried: false }
    const account = await accounts.get(lane.accountId)
    if (account === undefined) return { state: 'failed', reason: words.deleted }
    if (!account.active) return this.#limited(row, { ...later, reason: words.off, tried: true })
    const { parts, values, choices } = degrade(row.content, driver.capabilities, {
      linkOf: (media) => this.#link(media),
      wordsOf: (content) => this.#words(content),
    })
    if (parts.length === 0) return { state: 'failed', reason: words.nothing }
    if (values.size > 0) await buttonValues.keep(values)
    if (choices.length > 0) await numberedChoices.keep(lane.id, row.number, choices)
    return await this.#sendParts(lane, row, parts, driver, account, progress)
  }

  async #sendParts(
    lane: OutboxLane,
    row: DeliveryRow,
    parts: readonly MessageContent[],
    driver: ChannelDriver,
    account: ChannelAccount,
    progress: RowProgress,
  ): Promise<RowOutcome | 'lost'> {
    const { sendSlots, clock, config } = this.#parts
    let externalId: string | undefined
    for (let part = row.part; part < parts.length; part++) {
      const slot = sendSlots.next(account.id, lane.id, driver.capabilities.rate)
      const wait = typeof slot === 'number' ? slot : await slot
      if (wait > longestWait) return { state: 'later', reason: words.pause, pause: wait, part, tried: false }
      if (wait > 0) await clock.sleep(wait)
      if (part > row.part && !driver.idempotentSend) await progress.began(part)
      const content = this.#reachable(parts[part]!)
      const message = {
        id: row.messageId,
        conversationId: lane.id,
        botId: lane.botId,
        chatId: lane.chatId,
        number: row.number,
        author: row.author,
        content,
        part,
      }
      const sure = progress.sure()
      if (!(typeof sure === 'boolean' ? sure : await sure)) return 'lost'
      const result = await attempt(driver, message, account, { clock, seconds: config.delivery.timeout })
      if (result.outcome !== 'sent') return await this.#notSent(result, lane, row, part, driver)
      externalId ??= result.externalId
    }
    return { state: 'sent', externalId }
  }

  async #notSent(
    result: Exclude<SendResult, { outcome: 'sent' }>,
    lane: OutboxLane,
    row: DeliveryRow,
    part: number,
    driver: ChannelDriver,
  ): Promise<RowOutcome> {
    const { accounts, sendSlots, log } = this.#parts
    const { reason } = result
    log.warn('a message was not delivered', {
      conversationId: lane.id,
      messageId: row.messageId,
      channel: lane.channel,
      outcome: result.outcome,
      reason: textOf(reason),
    })
    const pause = Math.min(1000 * 2 ** row.attempts, longestPause)
    const again = { state: 'later' as const, reason, pause, part, tried: true }
    if (result.outcome === 'unknown') return driver.idempotentSend ? this.#limited(row, again, 'unknown') : { state: 'unknown', reason }
    if (result.accountProblem === true) await accounts.report(lane.accountId, { state: 'broken', text: reason })
    if (result.retryAfter !== undefined) {
      await sendSlots.pause(lane.accountId, result.retryAfter)
      return this.#limited(row, { ...again, pause: result.retryAfter * 1000 })
    }
    if (result.retry || result.accountProblem === true) return this.#limited(row, again)
    return { state: 'failed', reason, ...(result.blocked === true ? { blocked: true } : {}) }
  }

  /** Tried again for a limited time only, because those behind it wait. */
  #limited(row: DeliveryRow, again: Extract<RowOutcome, { state: 'later' }>, end: 'failed' | 'unknown' = 'failed'): RowOutcome {
    const now = this.#parts.clock.now().getTime()
    const since = row.firstTriedAt?.getTime() ?? now
    return now + again.pause - since > this.#parts.config.delivery.retryFor * 1000 ? { state: end, reason: again.reason } : again
  }

  #link({ fileId, name, url }: Media): string | undefined {
    const path = fileId === undefined ? url : this.#parts.files.url({ id: fileId, name: name ?? 'file' })
    return path === undefined ? undefined : this.#parts.accounts.absolute(path)
  }

  /** A channel fetches files from outside, so their addresses must be whole. */
  #reachable(content: MessageContent): MessageContent {
    if (!('media' in content) || content.media === undefined) return content
    const url = this.#link(content.media)
    return url === undefined ? content : ({ ...content, media: { ...content.media, url } } as MessageContent)
  }

  #words(content: MessageContent): string | undefined {
    return this.#parts.points.get(messageKinds).get(content.kind)?.toText(content)
  }
}
