import { isParleyError, type Clock, type Logger, type PluginDatabase } from '@parley/plugin-api'
import type { Rhythm } from './rhythm.ts'
import { TickStore } from './tick-store.ts'

export interface ScheduledWork {
  readonly name: string
  readonly rhythm: Rhythm
  /**
   * `tick`: what is done once a tick and must not be missed. The tick moves on only after it was done, so if the process dies, another does it.
   * `sweep`: what comes again soon anyway; also at once when this process starts, whenever the last time was.
   */
  readonly manner: 'tick' | 'sweep'
  run(signal: AbortSignal): Promise<void>
}

interface Entry {
  readonly work: ScheduledWork
  nextAt: Date
  running: boolean
  failing: boolean
}

const retryAfter = 1_000
const longestSleep = 60_000
/** A tick that another process has begun is looked at again after that: the other may die over it. */
const doubtAfter = 5_000

/** Runs each piece of work once per tick, in whichever process claims the tick first. */
export class Scheduler {
  readonly #store: TickStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #entries: readonly Entry[] = []
  #loop: Promise<void> | undefined
  #passedAt: number | undefined

  constructor({ database, clock, log }: { database: { readonly host: PluginDatabase }; clock: Clock; log: Logger }) {
    this.#store = new TickStore(database.host)
    this.#clock = clock
    this.#log = log
  }

  start(works: readonly ScheduledWork[]): void {
    this.#entries = works.map((work) => ({ work, nextAt: this.#clock.now(), running: false, failing: false }))
    if (works.length > 0) this.#loop = this.#run(this.#entries)
  }

  /** Sweeps now. */
  async hurry(): Promise<void> {
    if (this.#stop.signal.aborted) return
    await this.#sweep(this.#entries, true).catch((error: unknown) => this.#log.debug('a sweep out of turn did not happen', { error }))
  }

  /** Why what repeats does not happen. */
  problem(): string | undefined {
    if (this.#loop === undefined) return undefined
    const silent = this.#clock.now().getTime() - (this.#passedAt ?? -Infinity)
    return silent > 2 * longestSleep ? 'no tick could be claimed for two minutes' : undefined
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the scheduler stops'))
    await this.#loop
    await Promise.all(this.#running)
  }

  async #run(entries: readonly Entry[]): Promise<void> {
    const { signal } = this.#stop
    let known = false
    let failing = false
    while (!signal.aborted) {
      try {
        if (!known) await this.#enrol(entries)
        known = true
        await this.#tick(entries)
        this.#passedAt = this.#clock.now().getTime()
        failing = false
      } catch (error) {
        if (!failing) this.#log.warn('the scheduler could not claim its ticks and goes on trying', { error })
        failing = true
        await this.#sleep(retryAfter)
        continue
      }
      const next = Math.min(...entries.map((entry) => entry.nextAt.getTime())) - this.#clock.now().getTime()
      await this.#sleep(Math.min(Math.max(next, 1), longestSleep))
    }
  }

  async #enrol(entries: readonly Entry[]): Promise<void> {
    const now = this.#clock.now()
    await this.#store.enrol(entries.map(({ work }) => ({ name: work.name, rhythm: work.rhythm.text, nextAt: work.rhythm.next(now) })))
    await this.#sweep(entries, true)
  }

  async #tick(entries: readonly Entry[]): Promise<void> {
    const now = this.#clock.now()
    const due = entries.filter((entry) => entry.nextAt <= now)
    await this.#sweep(due)
    for (const entry of due) if (entry.work.manner === 'tick') await this.#take(entry)
  }

  async #take(entry: Entry): Promise<void> {
    const { work } = entry
    const now = this.#clock.now()
    const tick = { name: work.name, nextAt: work.rhythm.next(now) }
    try {
      const outcome = await this.#store.take(tick, now, () => work.run(this.#stop.signal))
      entry.nextAt = outcome === 'begun elsewhere' ? new Date(Math.min(now.getTime() + doubtAfter, tick.nextAt.getTime())) : tick.nextAt
      entry.failing = false
    } catch (error) {
      if (isParleyError(error, 'database_unavailable')) throw error
      if (!entry.failing) this.#log.warn('the tick of a schedule failed and is tried again until it is done', { work: work.name, error })
      entry.failing = true
      entry.nextAt = new Date(now.getTime() + retryAfter)
    }
  }

  async #sweep(entries: readonly Entry[], force = false): Promise<void> {
    const due = entries.filter(({ work }) => work.manner === 'sweep')
    if (due.length === 0) return
    const now = this.#clock.now()
    const ticks = due.map(({ work }) => ({ name: work.name, nextAt: work.rhythm.next(now) }))
    const won = new Set(await this.#store.claim(ticks, now, force))
    for (const entry of due) {
      entry.nextAt = entry.work.rhythm.next(now)
      if (won.has(entry.work.name) && !entry.running) this.#start(entry)
    }
  }

  #start(entry: Entry): void {
    entry.running = true
    const run = entry.work
      .run(this.#stop.signal)
      .catch((error: unknown) => this.#log.error('scheduled work failed and comes again at its next tick', { work: entry.work.name, error }))
      .finally(() => {
        entry.running = false
        this.#running.delete(run)
      })
    this.#running.add(run)
  }

  async #sleep(milliseconds: number): Promise<void> {
    await this.#clock.sleep(milliseconds, this.#stop.signal).catch(() => undefined)
  }
}
