import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from './plan.ts'
import { Random } from './random.ts'
import type { Address } from './set-up.ts'

/** What one conversation was acknowledged, in order: texts. */
export interface Acknowledged {
  readonly channel: Address['channel']
  readonly chat: string
  readonly texts: string[]
}

export interface LoadResult {
  readonly conversations: readonly Acknowledged[]
  /** Good messages that were answered with a 4xx, with the answer. */
  readonly refused: readonly string[]
  readonly requests: number
  /** Requests without an answer, or with a 5xx. */
  readonly unanswered: number
  /** When they failed, by this process's `performance.now()`. */
  readonly failedAt: readonly number[]
  /** Seconds from the first message to the last acknowledgement. */
  readonly seconds: number
  /** Milliseconds from a request to its acknowledgement: half of them, 99 of 100. */
  readonly latency: { readonly p50: number; readonly p99: number }
}

interface Conversation extends Acknowledged {
  readonly address: Address
  sent: number
  busy: boolean
}

export type LoadPlan = Pick<Plan, 'seconds' | 'rate' | 'conversations' | 'seed'>

export interface LoadOptions {
  readonly plan: LoadPlan
  readonly urls: readonly string[]
  readonly addresses: readonly Address[]
  /** Instead of the plan's seconds: until this says no. */
  readonly running?: () => boolean
}

const shareOfParcels = 0.25
const longestDelay = 4_000
const giveUpAfter = 120_000

/** Writes to the bot: message n+1 of a conversation after n was acknowledged once, two further copies of each at any time and any process. */
export class Load {
  readonly #plan: LoadPlan
  readonly #running: (() => boolean) | undefined
  readonly #urls: readonly string[]
  readonly #random: Random
  readonly #conversations: Conversation[]
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 })
  readonly #refused: string[] = []
  readonly #latencies: number[] = []
  readonly #pending = new Set<Promise<void>>()
  #requests = 0
  readonly #failedAt: number[] = []

  constructor({ plan, urls, addresses, running }: LoadOptions) {
    this.#plan = plan
    this.#running = running
    this.#urls = urls
    this.#random = new Random(plan.seed + 1)
    this.#conversations = Array.from({ length: plan.conversations }, (_, index) => {
      const address = addresses[index < plan.conversations * shareOfParcels ? 1 : 0]!
      return { channel: address.channel, chat: `${address.channel}-${index}`, texts: [], address, sent: 0, busy: false }
    })
  }

  async run(): Promise<LoadResult> {
    const { seconds, rate } = this.#plan
    const begun = performance.now()
    let sent = 0
    const goesOn = this.#running ?? (() => performance.now() - begun < seconds * 1000)
    for (let elapsed = 0; goesOn(); elapsed = performance.now() - begun) {
      // What could not be sent in time is not made up for later, so that a stop is followed by the same load and no flood.
      const due = Math.floor((elapsed / 1000) * rate) - sent
      for (const conversation of this.#idle(Math.min(due, rate / 4))) this.#track(this.#message(conversation))
      sent += due
      await delay(10)
    }
    while (this.#pending.size > 0) await Promise.all(this.#pending)
    const taken = (performance.now() - begun) / 1000
    this.#agent.destroy()
    const sorted = this.#latencies.sort((a, b) => a - b)
    const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
    return {
      conversations: this.#conversations,
      refused: this.#refused,
      requests: this.#requests,
      unanswered: this.#failedAt.length,
      failedAt: this.#failedAt,
      seconds: taken,
      latency: { p50: at(0.5), p99: at(0.99) },
    }
  }

  #idle(count: number): Conversation[] {
    const idle = this.#conversations.filter(({ busy }) => !busy)
    const chosen: Conversation[] = []
    while (chosen.length < count && idle.length > 0) {
      const index = Math.floor(this.#random.next() * idle.length)
      chosen.push(idle[index]!)
      idle[index] = idle.at(-1)!
      idle.pop()
    }
    return chosen
  }

  #track(work: Promise<void>): void {
    this.#pending.add(work)
    void work.finally(() => this.#pending.delete(work))
  }

  async #message(conversation: Conversation): Promise<void> {
    conversation.busy = true
    const text = `${conversation.chat}:${++conversation.sent}`
    const state = { acknowledged: false }
    const acknowledge = (): void => {
      if (state.acknowledged) return
      state.acknowledged = true
      conversation.texts.push(text)
      conversation.busy = false
    }
    for (let copy = 0; copy < 2; copy++) this.#track(this.#copy(conversation, text, acknowledge))
    const deadline = performance.now() + giveUpAfter
    while (!state.acknowledged && performance.now() < deadline) {
      if (await this.#post(conversation, text)) acknowledge()
      else await delay(this.#random.between(20, 150))
    }
  }

  /** At once beside the first one, or seconds later, when the conversation has gone on. */
  async #copy(conversation: Conversation, text: string, acknowledge: () => void): Promise<void> {
    if (this.#random.next() > 0.4) await delay(this.#random.between(0, longestDelay))
    if (await this.#post(conversation, text)) acknowledge()
  }

  #post({ address, chat }: Conversation, text: string): Promise<boolean> {
    const body = JSON.stringify(
      address.channel === 'custom' ? { update_id: text, message: { message_id: text, chat: { id: chat }, text } } : { id: text, chat, text },
    )
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    this.#requests++
    const begun = performance.now()
    return new Promise((resolve) => {
      const failed = (): void => {
        this.#failedAt.push(performance.now())
        resolve(false)
      }
      const call = request(
        this.#random.one(this.#urls) + address.path,
        { method: 'POST', agent: this.#agent, headers, timeout: 15_000 },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => void chunks.push(chunk))
          response.once('error', failed)
          response.once('end', () => {
            const { statusCode = 0 } = response
            if (statusCode >= 500) return failed()
            if (statusCode >= 400) this.#refused.push(`${text}: ${statusCode} ${Buffer.concat(chunks).toString('utf8').slice(0, 300)}`)
            else this.#latencies.push(performance.now() - begun)
            resolve(statusCode < 300)
          })
        },
      )
      call.once('timeout', () => call.destroy())
      call.once('error', failed)
      call.end(body)
    })
  }
}
