import { Gatherer, isParleyError, type Clock, type EventBus, type PluginDatabase, type Realtime } from '@parley/plugin-api'
import { deliveryFailed, dialogTopic } from '../../api/index.ts'
import { reasonFields } from '../words.ts'
import { statesOf, type DeliveryStore, type OutboxStep, type StepResult } from './delivery-store.ts'

/** Milliseconds between looks at what is ready to be written. */
const pace = 20
const lost: StepResult = { held: false, released: false }

interface Parts {
  readonly db: PluginDatabase
  readonly deliveryStore: DeliveryStore
  readonly realtime: Realtime
  readonly events: EventBus
  readonly clock: Clock
}

/** Commits what happened to messages: the rows, the screens and the events in one round trip, under load for several conversations at once. */
export class OutboxSteps {
  readonly #parts: Parts
  readonly #steps: Gatherer<OutboxStep, StepResult>
  readonly #soon: { readonly ready: () => boolean; readonly commit: () => Promise<void> }[] = []
  #scheduled = false

  constructor({ db, deliveryStore, realtime, events, clock }: Parts) {
    this.#parts = { db, deliveryStore, realtime, events, clock }
    this.#steps = new Gatherer({ run: (steps) => this.#write(steps), parallel: 2, limit: 100 })
  }

  /** `held: false` when another process has taken the outbox over; then nothing was written. */
  commit(step: OutboxStep): Promise<StepResult> {
    return this.#steps.add(step)
  }

  /** The same a moment later, as soon as it is ready, together with those of other outboxes; the step is asked for what happened until then. */
  commitSoon(ready: () => boolean, step: () => OutboxStep): Promise<StepResult> {
    return new Promise((resolve, reject) => {
      this.#soon.push({ ready, commit: () => this.commit(step()).then(resolve, reject) })
      this.#schedule()
    })
  }

  /** Nothing waits any longer. */
  flush(): void {
    for (const { commit } of this.#soon.splice(0)) void commit()
  }

  #schedule(): void {
    // Real time on purpose: it paces writes, and nothing that is written depends on it.
    if (this.#scheduled) return
    this.#scheduled = true
    setTimeout(() => {
      this.#scheduled = false
      const waiting = this.#soon.splice(0)
      this.#soon.push(...waiting.filter(({ ready }) => !ready()))
      for (const soon of waiting) if (!this.#soon.includes(soon)) void soon.commit()
      if (this.#soon.length > 0) this.#schedule()
    }, pace)
  }

  async #write(steps: readonly OutboxStep[]): Promise<StepResult[]> {
    const { db, deliveryStore, realtime, events, clock } = this.#parts
    const results = new Map<string, StepResult>()
    const batch = db.batch()
    // an event cannot be taken back, a line on a screen is soon corrected
    const strict = steps.some(({ settled }) => settled.some(({ state }) => state !== 'sent'))
    // in one order, as everything that touches several conversations
    const ordered = steps.toSorted((a, b) => (a.lane.id < b.lane.id ? -1 : 1))
    await deliveryStore.write(ordered, { now: clock.now(), strict }, batch, (id, result) => results.set(id, result))
    for (const step of steps) {
      const { id: conversationId, channel } = step.lane
      for (const { messageId, state, reason } of statesOf(step)) {
        const payload = { type: 'state' as const, messageId, state, ...reasonFields(reason) }
        await realtime.send(dialogTopic, { conversationId }, payload, { within: batch })
      }
      for (const { messageId, state, reason } of step.settled) {
        if (state !== 'sent')
          await events.publish(deliveryFailed, { conversationId, messageId, channel, reason: '', ...reasonFields(reason), state }, { within: batch })
      }
    }
    try {
      await batch.commit()
    } catch (error) {
      if (steps.length === 1 && isParleyError(error, 'stale_write')) return [lost]
      throw error
    }
    return steps.map(({ lane }) => results.get(lane.id) ?? lost)
  }
}
