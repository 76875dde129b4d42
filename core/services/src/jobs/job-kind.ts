import { randomUUID } from 'node:crypto'
import { currentContext, type PluginHandle } from '@parley/kernel'
import type { Clock, Job, Logger, Within } from '@parley/plugin-api'
import { writeTraceparent, type Tracer } from '../telemetry/index.ts'
import { validate } from '../validation/index.ts'
import { Brake } from './brake.ts'
import { Lanes } from './lanes.ts'
import { parseSchedule, type Rhythm } from './rhythm.ts'
import type { Backlog, EngineQueue, QueuedJob, QueueEngine, RunJob } from './queue-engine.ts'

const defaultConcurrency = 10
const defaultAttempts = 5
const suspendedPause = 30_000

export interface JobCounters {
  added: number
  completed: number
  /** Given up after the last attempt. */
  failed: number
  retried: number
  running: number
}

export interface AddOptions {
  readonly delay?: number
  readonly key?: string
  readonly within?: Within
  readonly anyone?: boolean
}

export interface JobKindParts {
  readonly plugin: PluginHandle
  readonly job: Job
  readonly engine: QueueEngine
  readonly clock: Clock
  readonly log: Logger
  readonly tracer: Tracer | undefined
}

/** What a job carries of the work that adds it. */
function inContext(payload: object): QueuedJob {
  const context = currentContext()
  if (context === undefined) return { payload }
  const { requestId, trace } = context
  return trace === undefined ? { payload, requestId } : { payload, requestId, traceparent: writeTraceparent(trace) }
}

/** One declared job, bound to the engine's queue: validation on both ends, lanes, counters. */
export class JobKind {
  readonly name: string
  readonly plugin: PluginHandle
  readonly job: Job
  readonly schedule: Rhythm | undefined
  readonly counters: JobCounters = { added: 0, completed: 0, failed: 0, retried: 0, running: 0 }
  readonly #queue: EngineQueue
  readonly #lanes = new Lanes()
  readonly #brake: Brake
  readonly #log: Logger
  readonly #tracer: Tracer | undefined
  readonly #attempts: number
  readonly #payload: string

  constructor({ plugin, job, engine, clock, log, tracer }: JobKindParts) {
    this.name = `${plugin.id}:${job.name}`
    this.plugin = plugin
    this.job = job
    this.#brake = new Brake(clock)
    this.#log = log
    this.#tracer = tracer
    this.schedule = job.options.schedule === undefined ? undefined : parseSchedule(job.options.schedule, this.name)
    this.#payload = `The payload of the job "${this.name}"`
    this.#attempts = job.options.attempts ?? defaultAttempts
    const { concurrency = defaultConcurrency, due } = job.options
    this.#queue = engine.open(`p:${this.name}`, { concurrency, attempts: this.#attempts, found: due !== undefined })
  }

  async add(payload: unknown, { delay, key, within, anyone }: AddOptions = {}): Promise<void> {
    const valid = validate<object>(this.job.options.payload, payload, this.#payload)
    const job = inContext(valid)
    const push = (): Promise<boolean> => {
      this.counters.added++
      return this.#queue.add(job, { delay, key, lane: this.#laneOf(valid), anyone })
    }
    if (within === undefined) return void (await push())
    within.afterCommit(() => void push())
  }

  /** Adds the job of a schedule's tick. Rejects when nobody has it now: no row tells of a tick, so it must be tried again. */
  async tick(): Promise<void> {
    this.counters.added++
    // the key keeps ticks from piling up behind a job that waits
    const added = await this.#queue.add({ payload: validate<object>(this.job.options.payload, {}, this.#payload) }, { key: 'schedule' })
    if (!added) throw new Error(`The scheduled job "${this.name}" could not be queued.`)
  }

  /** Begins to run this kind's jobs in this process. */
  async work(signal: AbortSignal): Promise<void> {
    const run: RunJob = async (queued, attempt) => {
      if (this.plugin.state === 'suspended') return await this.#park(queued)
      const job = this.#accept(queued)
      if (job === undefined) return
      const lane = this.#laneOf(job.payload)
      if (lane === undefined) return await this.#run(job, attempt, signal)
      await this.#lanes.run(lane, job, (next) => this.#run(next, attempt, signal), signal)
    }
    await this.#queue.work(run)
  }

  /** `undefined` while Redis is away. */
  backlog(): Promise<Backlog | undefined> {
    return this.#queue.backlog()
  }

  /** A suspended plugin's jobs pause: rows wait for their reconciler, ticks come again, and what is nothing but a job goes back to the queue. */
  async #park(queued: QueuedJob): Promise<void> {
    const { due, schedule } = this.job.options
    if (due === undefined && schedule === undefined) await this.#queue.add(queued, { delay: suspendedPause })
  }

  #laneOf(payload: unknown): string | undefined {
    return this.job.options.orderBy?.(payload)
  }

  /** A payload from another release may no longer fit; trying it again would not help. */
  #accept(queued: QueuedJob): QueuedJob | undefined {
    try {
      return { ...queued, payload: validate(this.job.options.payload, queued.payload, this.#payload) }
    } catch (error) {
      this.counters.failed++
      this.#log.error('a job was dropped, because its payload does not fit', { job: this.name, error })
      return undefined
    }
  }

  async #run({ payload, requestId = randomUUID(), traceparent }: QueuedJob, attempt: number, signal: AbortSignal): Promise<void> {
    await this.#brake.wait(signal)
    this.counters.running++
    const span = traceparent === undefined ? undefined : this.#tracer?.start(this.name, 'consumer', { parent: traceparent })
    const context = span === undefined ? { requestId } : { requestId, trace: span.context }
    let failed = true
    try {
      await this.plugin.run(context, (cradle) => this.job.handle(payload, cradle, signal))
      this.counters.completed++
      this.#brake.succeeded()
      failed = false
    } catch (error) {
      this.#note(error, attempt, requestId)
      throw error
    } finally {
      this.counters.running--
      span?.end({ 'parley.plugin': this.plugin.id, 'parley.request_id': requestId, 'parley.attempt': attempt }, failed)
    }
  }

  #note(error: unknown, attempt: number, requestId: string): void {
    const data = { job: this.name, plugin: this.plugin.id, requestId, attempt, attempts: this.#attempts, error }
    if (attempt < this.#attempts) {
      this.counters.retried++
      this.#log.warn('a job failed and will be tried again', data)
    } else {
      this.counters.failed++
      this.#log.error('a job failed and was given up', data)
    }
    if (this.#brake.failed()) this.#log.warn('jobs of a kind only fail, so each waits a moment from now on, until one succeeds', { job: this.name })
  }
}
