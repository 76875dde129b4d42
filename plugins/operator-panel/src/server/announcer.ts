import type { Clock, Logger, Realtime, Within } from '@parley/plugin-api'
import { botRequestsTopic, foldersTopic, requestsTopic, type Request } from '../api/index.ts'
import type { RequestStore } from './request-store.ts'

/** Between signals of the folders: a list on the screen need not move more often, and each goes to hundreds of screens. */
const pauseMs = 50
const mostAtOnce = 100

interface Change {
  readonly request: Request
  readonly moved: boolean
}

/**
 * Tells screens after the commit. A request goes whole to the operator who has it (and to the one who had it), and to all who watch the folders of its bot:
 * hundreds of screens that were only told to fetch again would ask for hundreds of lists at every change.
 */
export class Announcer {
  readonly #realtime: Realtime
  readonly #store: RequestStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #changed = new Map<string, Change>()
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
      this.#changedInFolders(record.request, true)
    } catch (error) {
      // Screens fetch again on their own; the change itself is committed.
      this.#log.warn('A change of a request could not be announced', { requestId, error })
    }
  }

  /** A new client message in a dialog somebody has: to that operator with the sequence number of the same commit. */
  async sendWithin(request: Request, reason: string, within: Within): Promise<void> {
    if (request.assignee !== undefined) await this.#realtime.send(requestsTopic, { userId: request.assignee.id }, { request, reason }, { within })
    within.afterCommit(() => this.#changedInFolders(request, false))
  }

  /** The first change of a burst is told at once, what follows within a moment together. `moved`: not only its text. */
  #changedInFolders(request: Request, moved: boolean): void {
    const known = this.#changed.get(request.id)
    const newest = known !== undefined && known.request.version > request.version ? known.request : request
    this.#changed.set(request.id, { request: newest, moved: moved || known?.moved === true })
    if (!this.#pausing) this.#tellFolders()
  }

  #tellFolders(): void {
    const changes = [...this.#changed.values()].slice(0, mostAtOnce)
    for (const { request } of changes) this.#changed.delete(request.id)
    this.#pausing = true
    this.#clock.after(pauseMs, () => {
      this.#pausing = false
      if (this.#changed.size > 0) this.#tellFolders()
    })
    const sends = [...new Set(changes.map(({ request }) => request.botId))].flatMap((botId) =>
      this.#tellBot(
        botId,
        changes.filter(({ request }) => request.botId === botId),
      ),
    )
    const requestIds = changes.flatMap(({ request, moved }) => (moved ? [request.id] : []))
    if (requestIds.length > 0) sends.push(this.#realtime.send(foldersTopic, { folder: 'all' }, { requestIds }))
    Promise.all(sends).catch((error: unknown) => {
      this.#log.warn('A change of the folders could not be announced', { error })
    })
  }

  #tellBot(botId: string, changes: readonly Change[]): Promise<void>[] {
    const isShared = ({ state }: Request): boolean => state === 'new' || state === 'queued'
    const shared = changes.flatMap(({ request }) => (isShared(request) ? [request] : []))
    const gone = changes.flatMap(({ request, moved }) => (moved && !isShared(request) ? [{ id: request.id, version: request.version }] : []))
    const whole = this.#realtime.send(botRequestsTopic, { botId, all: true }, { requests: changes.map(({ request }) => request), gone: [] })
    if (shared.length + gone.length === 0) return [whole]
    return [whole, this.#realtime.send(botRequestsTopic, { botId, all: false }, { requests: shared, gone })]
  }
}
