import { randomUUID } from 'node:crypto'
import type { PluginHandle } from '@parley/kernel'
import type { Claims, Clock, EventBus, EventType, Logger, PluginDatabase, Within } from '@parley/plugin-api'
import { unwatchedClaims } from '../claims/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { validate } from '../validation/index.ts'
import { DeliveryStore, type DeliveryBacklog } from './delivery-store.ts'
import { patientRetries, Relay, type RelayCounters, type RetryRule } from './relay.ts'
import { subscribersOf, type Subscriber } from './subscribers.ts'

export interface EventsOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly jobs: Jobs
  readonly clock: Clock
  readonly claims?: Claims
  readonly log: Logger
  readonly retries?: RetryRule
}

export interface EventStatistics extends Readonly<RelayCounters> {
  readonly published: number
  /** Rows that wait for a person to look at them, of all processes. */
  readonly deadLetters: number
}

export interface Events {
  forPlugin(id: string): EventBus
  /** Makes the subscriptions known; before `jobs.start`, because each subscribing plugin gets a queue. */
  start(plugins: readonly PluginHandle[]): void
  /** What waits for a plugin's subscriptions, of all processes. */
  backlog(plugin: PluginHandle): Promise<DeliveryBacklog>
  /** For metrics. */
  statistics(): Promise<EventStatistics>
}

interface Route extends Subscriber {
  readonly relay: Relay
}

/** Events in a transactional outbox: stored with the publisher's writes, delivered at least once to each subscriber. */
export const createEvents = ({ database, jobs, clock, claims = unwatchedClaims(), log, retries = patientRetries }: EventsOptions): Events => {
  const store = new DeliveryStore(database.host)
  const routes = new Map<string, Route[]>()
  const counters = { published: 0, delivered: 0, retried: 0, dead: 0 }

  const publish = async <P>(event: EventType<P>, payload: P, { within }: { within?: Within } = {}): Promise<void> => {
    const listening = routes.get(event.id)?.filter(({ plugin: { state } }) => state === 'running' || state === 'suspended') ?? []
    if (listening.length === 0) return
    const id = randomUUID()
    const valid = validate(event.payload, payload, `The event "${event.id}"`)
    await store.insert({ id, type: event.id, payload: valid, at: clock.now(), subscribers: listening.map(({ name }) => name) }, within)
    const wake = (): Promise<unknown> => {
      counters.published++
      return Promise.all(listening.map(({ name, relay }) => relay.wake({ event: id, subscriber: name })))
    }
    if (within === undefined) await wake()
    else within.afterCommit(() => void wake())
  }

  return {
    forPlugin: () => ({ publish }),
    start(plugins) {
      for (const plugin of plugins) {
        const subscribers = subscribersOf(plugin)
        if (subscribers.length === 0) continue
        const relay = new Relay({ plugin, subscribers, store, jobs, clock, claims, log, retries, counters })
        for (const subscriber of subscribers) {
          const { id } = subscriber.subscription.event
          routes.set(id, [...(routes.get(id) ?? []), { ...subscriber, relay }])
        }
      }
    },
    backlog: (plugin) =>
      store.backlog(
        subscribersOf(plugin).map(({ name }) => name),
        clock.now(),
      ),
    statistics: async () => ({ ...counters, deadLetters: await store.countDead() }),
  }
}
