import type { Clock, Logger, Realtime, Within } from '@parley/plugin-api'
import { foldersTopic, requestsTopic, type Request } from '../api/index.ts'
import type { RequestStore } from './request-store.ts'

/** Between signals of the folders; a list on the screen need not move more often. */
const pauseMs = 150

/**
 * Tells screens after the commit. A request goes whole to the operator who has it (and to the one who had it); shared folders only hear that something
 * moved and fetch again, because hundreds of operators look at them and every one sees other filters.
 */
export class Announcer {
  readonly #realtime: Realtime
  readonly #store: RequestStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #moved = new Set<string>()
  #pausing = false

  constructor({ realtime, requestStore, clock, log }: { realtime: Realtime; requestStore: RequestStore; clock: Clock; log: Logger }) {
    this.#realtime = realtime
    this.#store = requestStore
    this.#clock = clock
    this.#log = log
  }

  /** After the commit of `within`; `formerAssignee` loses the request from the own list. */
  changed(requestId: string, reason: string, within: Within, formerAssignee?: string): void {
    within.afterCommit(() => {
      void this.announce(requestId, reason, formerAssignee)
    })
  }

  async announce(requestId: string, reason: string, formerAssignee?: string): Promise<void> {
    try {
      const record = await this.#store.get(requestId)
      if (record === undefined) return
      const to = new Set([record.request.assignee?.id, formerAssignee].filter((id) => id !== undefined))
      for (const userId of to) await this.#realtime.send(requestsTopic, { userId }, { request: record.request, reason })
      this.#folderMoved(requestId)
    } catch (error) {
      // Screens fetch again on their own; the change itself is committed.
      this.#log.warn('A change of a request could not be announced', { requestId, error })
    }
  }

  /** A new client message in a dialog somebody has: to that operator with the sequence number of the same commit. */
  async sendWithin(request: Request, reason: string, within: Within): Promise<void> {
    if (request.assignee !== undefined) await this.#realtime.send(requestsTopic, { userId: request.assignee.id }, { request, reason }, { within })
    else within.afterCommit(() => this.#folderMoved(request.id))
  }

  /** The first change of a burst is told at once, what follows within a moment together. */
  #folderMoved(requestId: string): void {
    this.#moved.add(requestId)
    if (!this.#pausing) this.#tellFolders()
  }

  #tellFolders(): void {
    const requestIds = [...this.#moved].slice(0, 100)
    this.#moved.clear()
    this.#pausing = true
    this.#clock.after(pauseMs, () => {
      this.#pausing = false
      if (this.#moved.size > 0) this.#tellFolders()
    })
    this.#realtime.send(foldersTopic, { folder: 'all' }, { requestIds }).catch((error: unknown) => {
      this.#log.warn('A change of the folders could not be announced', { error })
    })
  }
}
