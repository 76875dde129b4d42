import { currentContext, type PluginHandle } from '@parley/kernel'
import { ParleyError, type Claims, type Clock, type Job, type Logger, type Queue } from '@parley/plugin-api'
import { z } from 'zod'
import type { Jobs } from '../jobs/index.ts'
import { validate } from '../validation/index.ts'
import type { Delivery, DeliveryKey, DeliveryStore } from './delivery-store.ts'
import type { Subscriber } from './subscribers.ts'

export interface RelayCounters {
  delivered: number
  retried: number
  /** Given up by this process. */
  dead: number
}

export interface RetryRule {
  readonly attempts: number
  readonly pause: (attempt: number) => number
}

/** About forty minutes in all, so that a subscriber may be down for the length of a deployment. */
export const patientRetries: RetryRule = { attempts: 12, pause: (attempt) => Math.min(1_000 * 2 ** (attempt - 1), 600_000) }

/** The plugin's name cannot be that of a job of its own: `@` is for the host. */
const jobName = '@events'
const payload = z.object({ event: z.string(), subscriber: z.string() })
/** A handler that takes longer may be run a second time beside itself; the event's id tells it so. */
const lease = 30_000
const grace = 2_000
const mostOverdue = 1_000
const longestReason = 500

export interface RelayOptions {
  readonly plugin: PluginHandle
  readonly subscribers: readonly Subscriber[]
  readonly store: DeliveryStore
  readonly jobs: Jobs
  readonly clock: Clock
  readonly claims: Claims
  readonly log: Logger
  readonly retries: RetryRule
  readonly counters: RelayCounters
}

/** Carries stored events to the subscriptions of one plugin, on a queue of its own so that nobody waits for another's slow handler. */
export class Relay {
  readonly #subscribers: ReadonlyMap<string, Subscriber>
  readonly #store: DeliveryStore
  readonly #queue: Queue
  readonly #clock: Clock
  readonly #claims: Claims
  readonly #log: Logger
  readonly #retries: RetryRule
  readonly #counters: RelayCounters

  constructor({ plugin, subscribers, store, jobs, clock, claims, log, retries, counters }: RelayOptions) {
    this.#subscribers = new Map(subscribers.map((subscriber) => [subscriber.name, subscriber]))
    this.#store = store
    this.#queue = jobs.forPlugin(plugin.id)
    this.#clock = clock
    this.#claims = claims
    this.#log = log
    this.#retries = retries
    this.#counters = counters
    jobs.declare(plugin, [this.#job()])
  }

  /** Wakes a worker; called after the commit. */
  async wake(key: DeliveryKey, delay?: number): Promise<void> {
    await this.#queue.add(jobName, key, delay === undefined ? {} : { delay })
  }

  #job(): Job {
    const due = (): Promise<readonly DeliveryKey[]> =>
      this.#store.overdue([...this.#subscribers.keys()], new Date(this.#clock.now().getTime() - grace), this.#claims.gone(), mostOverdue)
    return { kind: 'job', name: jobName, options: { payload, due }, handle: (key: DeliveryKey, cradle) => this.#deliver(key, cradle) }
  }

  async #deliver(key: DeliveryKey, cradle: unknown): Promise<void> {
    const now = this.#clock.now()
    const delivery = await this.#store.claim(key, now, new Date(now.getTime() + lease), this.#claims)
    if (delivery === undefined) return
    try {
      await this.#handle(delivery, cradle)
    } catch (error) {
      return await this.#failed(delivery, error)
    }
    await this.#store.remove(delivery)
    this.#counters.delivered++
  }

  async #handle({ event, subscriber: name, payload: stored, at }: Delivery, cradle: unknown): Promise<void> {
    const subscriber = this.#subscribers.get(name)
    if (subscriber === undefined) throw new ParleyError('internal', `"${name}" subscribes no longer in this version.`)
    const { event: type, handle } = subscriber.subscription
    await handle(validate(type.payload, stored, `The stored event "${type.id}"`), cradle, { id: event, at })
  }

  async #failed(delivery: Delivery, error: unknown): Promise<void> {
    const { event, subscriber, attempts } = delivery
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, longestReason)
    const data = { event, subscriber, attempts, requestId: currentContext()?.requestId, error }
    if (attempts >= this.#retries.attempts) {
      this.#counters.dead++
      this.#log.error('an event could not be delivered and was given up; its row in host.event_deliveries is dead', data)
      return await this.#store.bury(delivery, reason)
    }
    this.#counters.retried++
    this.#log.warn('an event could not be delivered and will be tried again', data)
    const pause = this.#retries.pause(attempts)
    await this.#store.postpone(delivery, new Date(this.#clock.now().getTime() + pause), reason)
    await this.wake({ event, subscriber }, pause)
  }
}
