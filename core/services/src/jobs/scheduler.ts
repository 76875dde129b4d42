import type { Clock, Logger, PluginDatabase } from '@parley/plugin-api'
import type { Rhythm } from './rhythm.ts'
import { TickStore } from './tick-store.ts'

export interface ScheduledWork {
  readonly name: string
  readonly rhythm: Rhythm
  /** Also at once when this process starts, whenever the last time was. */
  readonly atStart: boolean
  run(signal: AbortSignal): Promise<void>
}

interface Entry {
  readonly work: ScheduledWork
  nextAt: Date
  running: boolean
}

const retryAfter = 1_000
const longestSleep = 60_000

/** Runs each piece of work once per tick, in whichever process claims the tick first. */
export class Scheduler {
  readonly #store: TickStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #loop: Promise<void> | undefined

  constructor({ database, clock, log }: { database: { readonly host: PluginDatabase }; clock: Clock; log: Logger }) {
    this.#store = new TickStore(database.host)
    this.#clock = clock
    this.#log = log
  }

  start(works: readonly ScheduledWork[]): void {
    if (works.length > 0) this.#loop = this.#run(works.map((work) => ({ work, nextAt: this.#clock.now(), running: false })))
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
    await this.#claim(
      entries.filter(({ work }) => work.atStart),
      true,
    )
  }

  async #tick(entries: readonly Entry[]): Promise<void> {
    const now = this.#clock.now()
    await this.#claim(entries.filter((entry) => entry.nextAt <= now))
  }

  async #claim(due: readonly Entry[], force = false): Promise<void> {
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
