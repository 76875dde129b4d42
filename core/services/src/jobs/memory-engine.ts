import { AsyncResource } from 'node:async_hooks'
import type { Clock } from '@parley/plugin-api'
import { Fifo } from './fifo.ts'
import type { Backlog, EngineAddOptions, EngineQueue, QueuedJob, QueueEngine, QueueLimits, RetryPause, RunJob } from './queue-engine.ts'

interface Entry {
  readonly job: QueuedJob
  readonly key: string | undefined
  readonly lane: string | undefined
  attempt: number
  /** Milliseconds since 1970, once it may run. */
  readySince?: number
}

interface Shared {
  readonly clock: Clock
  readonly pause: RetryPause
  readonly ended: () => void
}

/** Jobs of one kind in the memory of this process. */
export class MemoryQueue implements EngineQueue {
  readonly #shared: Shared
  readonly #limits: QueueLimits
  readonly #ready = new Fifo<Entry>()
  readonly #delayed = new Set<() => void>()
  readonly #keys = new Set<string>()
  readonly #lanes = new Set<string>()
  // a handler must not inherit the async context of whoever added the job, such as an open transaction
  readonly #root = new AsyncResource('parley.jobs')
  #run: RunJob | undefined
  #active = 0
  #woken = false
  #stopped = false

  constructor(shared: Shared, limits: QueueLimits) {
    this.#shared = shared
    this.#limits = limits
  }

  get active(): number {
    return this.#active
  }

  /** Jobs that could run and wait for others to end. */
  get ready(): number {
    return this.#ready.size
  }

  /** Of the oldest of these: milliseconds since 1970. */
  get readySince(): number | undefined {
    return this.#ready.first?.readySince
  }

  async add(job: QueuedJob, { delay, key, lane }: EngineAddOptions = {}): Promise<boolean> {
    if (this.#stopped) return false
    if (key !== undefined) {
      if (this.#keys.has(key)) return true
      this.#keys.add(key)
    }
    const entry: Entry = { job, key, lane, attempt: 1 }
    if (delay === undefined || delay <= 0) this.#push(entry)
    else this.#later(entry, delay)
    return true
  }

  async work(run: RunJob): Promise<void> {
    this.#run = run
    this.#wake()
  }

  async backlog(): Promise<Backlog> {
    return { waiting: this.#ready.size + this.#delayed.size, since: this.readySince }
  }

  /** Answers the jobs that were about to run. */
  stop(): QueuedJob[] {
    this.#stopped = true
    for (const cancel of this.#delayed) cancel()
    this.#delayed.clear()
    const left: QueuedJob[] = []
    for (let entry = this.#ready.take(); entry !== undefined; entry = this.#ready.take()) left.push(entry.job)
    return left
  }

  #later(entry: Entry, delay: number): void {
    const cancel = this.#shared.clock.after(delay, () => {
      this.#delayed.delete(cancel)
      this.#push(entry)
    })
    this.#delayed.add(cancel)
  }

  #push(entry: Entry): void {
    if (entry.lane !== undefined) {
      if (this.#lanes.has(entry.lane)) return void (entry.key !== undefined && this.#keys.delete(entry.key))
      this.#lanes.add(entry.lane)
    }
    entry.readySince = this.#shared.clock.now().getTime()
    this.#ready.push(entry)
    this.#wake()
  }

  #wake(): void {
    if (this.#woken || this.#run === undefined || this.#active >= this.#limits.concurrency) return
    this.#woken = true
    queueMicrotask(() => this.#root.runInAsyncScope(this.#drain, this))
  }

  #drain(): void {
    this.#woken = false
    while (this.#active < this.#limits.concurrency) {
      const entry = this.#ready.take()
      if (entry === undefined || this.#run === undefined) return
      if (entry.key !== undefined) this.#keys.delete(entry.key)
      if (entry.lane !== undefined) this.#lanes.delete(entry.lane)
      this.#active++
      this.#run(entry.job, entry.attempt).then(this.#end, () => this.#failed(entry))
    }
  }

  #failed(entry: Entry): void {
    if (entry.attempt < this.#limits.attempts && !this.#stopped) {
      this.#later({ ...entry, key: undefined, attempt: entry.attempt + 1 }, this.#shared.pause(entry.attempt))
    }
    this.#end()
  }

  #end = (): void => {
    this.#active--
    if (this.#stopped) this.#shared.ended()
    else if (this.#ready.size > 0) this.#drain()
  }
}

/** Jobs in the memory of one process. What waits is lost with the process and found again by the reconcilers. */
export const createMemoryEngine = ({ clock, pause }: { clock: Clock; pause: RetryPause }): QueueEngine => {
  const queues: MemoryQueue[] = []
  let idle: (() => void) | undefined
  const busy = (): boolean => queues.some((queue) => queue.active > 0)
  const ended = (): void => {
    if (!busy()) idle?.()
  }
  return {
    redisCommands: 0,
    open(_name, limits) {
      const queue = new MemoryQueue({ clock, pause, ended }, limits)
      queues.push(queue)
      return queue
    },
    async stop() {
      for (const queue of queues) queue.stop()
      if (busy()) await new Promise<void>((resolve) => (idle = resolve))
    },
    close: async () => undefined,
    problem: async () => undefined,
    workerProblem: () => undefined,
  }
}
