import type { Logger, Queue } from '@parley/plugin-api'
import type { Wakers } from './changes/conversation-changes.ts'

/** Queues the jobs that work off what a commit left. Not awaited: the rows are there, and the reconcilers find them when the queue is away. */
export class Wake implements Wakers {
  readonly #queue: Queue
  readonly #log: Logger

  constructor({ queue, log }: { queue: Queue; log: Logger }) {
    this.#queue = queue
    this.#log = log
  }

  outbox(conversationId: string): void {
    this.#add('deliver', { conversationId }, 0)
  }

  lane(conversationId: string, delay: number): void {
    this.#add('turn', { conversationId }, delay)
  }

  media(messageId: string): void {
    this.#add('fetch-media', { messageId }, 0)
  }

  #add(job: string, payload: object, delay: number): void {
    this.#queue
      .add(job, payload, { delay })
      .catch((error: unknown) => this.#log.warn('a job could not be queued; its reconciler will', { job, ...payload, error }))
  }
}
