import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@parley/plugin-api'
import type Bull from 'bull'
import type { RedisClient } from '../redis/index.ts'
import type { LaneOwners } from './lane-owners.ts'
import { MemoryQueue } from './memory-engine.ts'
import type { Backlog, EngineAddOptions, EngineQueue, QueuedJob, QueueLimits, RetryPause, RunJob } from './queue-engine.ts'

export interface BullWorker {
  readonly queue: Bull.Queue
  /** The connection on which it waits for jobs. */
  readonly blocking: RedisClient
}

export interface BullQueueOptions {
  readonly name: string
  readonly limits: QueueLimits
  readonly clock: Clock
  readonly log: Logger
  readonly pause: RetryPause
  /** The connection behind `adding`. */
  readonly producer: RedisClient
  readonly adding: Bull.Queue
  readonly owners: LaneOwners | undefined
  readonly openWorker: () => BullWorker
}

/** What a job looks like in Redis: short names, because there may be very many. */
interface StoredJob {
  readonly p: unknown
  readonly r?: string
  readonly t?: string
}

const storedOf = ({ payload, requestId, traceparent }: QueuedJob): StoredJob => ({
  p: payload,
  ...(requestId === undefined ? {} : { r: requestId }),
  ...(traceparent === undefined ? {} : { t: traceparent }),
})
const queuedOf = ({ p: payload, r: requestId, t: traceparent }: StoredJob): QueuedJob => ({
  payload,
  ...(requestId && { requestId }),
  ...(traceparent && { traceparent }),
})

type Field = string | null

interface QueueCommands {
  /** 1 when no job of the key waits; then the new job's id holds the key. */
  claimJobKey(claim: string, jobs: string, id: string, lifetime: number): Promise<number>
  jobBacklog(
    wait: string,
    delayed: string,
    jobs: string,
  ): Promise<readonly [waiting: number, delayed: number, firstDue: Field, next: readonly Field[]]>
}

// Bull's own `jobId` would drop a job also while the first one runs, and a wake-up would be lost. A job that has started has `processedOn`.
const claimScript = `
local id = redis.call('GET', KEYS[1])
if id and redis.call('EXISTS', ARGV[1] .. id) == 1 and redis.call('HEXISTS', ARGV[1] .. id, 'processedOn') == 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`

// What is first in line of those that wait, and of those with a delay: what bull scores them with begins with when they are due.
const backlogScript = `
local next = redis.call('LINDEX', KEYS[1], -1)
return {
  redis.call('LLEN', KEYS[1]),
  redis.call('ZCARD', KEYS[2]),
  redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2] or false,
  next and redis.call('HMGET', ARGV[1] .. next, 'timestamp', 'opts', 'failedReason', 'processedOn') or {}
}`
const scoreUnit = 0x1000

/**
 * When a job in the line could be worked on: it was added, its delay ended, or the pause after a failure. One that has been taken since was taken by a process
 * that died.
 */
const readySince = ([timestamp, options, dueAgain, taken]: readonly Field[]): number | undefined => {
  if (!timestamp) return undefined
  const { delay = 0 } = JSON.parse(options ?? '{}') as Bull.JobOptions
  // of a job from an older release, the reason is words
  return Math.max(Number(timestamp) + delay, Number(dueAgain) || 0, Number(taken))
}

/** With more, other workers help. */
const mostReady = 100

const claimLifetime = 24 * 3_600_000

export class BullQueue implements EngineQueue {
  readonly #name: string
  readonly #limits: QueueLimits
  readonly #log: Logger
  readonly #producer: RedisClient
  readonly #adding: Bull.Queue
  readonly #openWorker: () => BullWorker
  readonly #owners: LaneOwners | undefined
  readonly #clock: Clock
  readonly #pause: RetryPause
  readonly #options: Bull.JobOptions
  /** Jobs of the lanes that this process does. */
  #own: MemoryQueue | undefined
  #worker: BullWorker | undefined
  #closing = false
  #active = 0
  #idle: { readonly reached: Promise<void>; readonly tell: () => void } | undefined

  constructor({ name, limits, clock, log, pause, producer, adding, owners, openWorker }: BullQueueOptions) {
    this.#name = name
    this.#limits = limits
    this.#log = log
    this.#producer = producer
    this.#adding = adding
    this.#openWorker = openWorker
    this.#owners = owners
    this.#clock = clock
    this.#pause = pause
    this.#options = { attempts: limits.attempts, backoff: { type: 'growing' }, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 1 }
    if ('claimJobKey' in producer) return
    producer.defineCommand('claimJobKey', { numberOfKeys: 1, lua: claimScript })
    producer.defineCommand('jobBacklog', { numberOfKeys: 2, lua: backlogScript })
  }

  async add(job: QueuedJob, { delay = 0, key, lane, anyone }: EngineAddOptions = {}): Promise<boolean> {
    const givable = this.#limits.found && lane !== undefined && anyone !== true && delay === 0 && key === undefined
    if (givable && (await this.#owners?.give(this.#name, lane, job)) === true) return true
    return await this.#push(job, delay, key)
  }

  async #push(job: QueuedJob, delay = 0, key?: string): Promise<boolean> {
    try {
      const jobId = key === undefined ? undefined : await this.#claim(key, delay)
      if (jobId === 'taken') return true
      await this.#adding.add(storedOf(job), delay > 0 || jobId !== undefined ? { ...this.#options, delay, ...(jobId && { jobId }) } : this.#options)
      return true
    } catch (error) {
      this.#log.debug('a job could not be added; its reconciler will find the row', { queue: this.#name, reason: (error as Error).message })
      return false
    }
  }

  async work(run: RunJob): Promise<void> {
    const worker = this.#openWorker()
    this.#worker = worker
    const process = async (job: QueuedJob, attempt: number): Promise<void> => {
      this.#active++
      try {
        await run(job, attempt)
      } finally {
        if (--this.#active === 0) this.#idle?.tell()
      }
    }
    // Resolves when the queue is closed; fails, with or without an error, when Redis is first reached after that.
    worker.queue
      .process(this.#limits.concurrency, async ({ data, attemptsMade }: Bull.Job<StoredJob>) => {
        const attempt = attemptsMade + 1
        await process(queuedOf(data), attempt).catch(() => {
          // the log has said why; all that is to be kept with the job is when it is due again
          throw new Error(String(this.#now() + this.#pause(attempt)))
        })
      })
      .catch((error: unknown) => {
        if (!this.#closing) this.#log.error('a queue stopped handing out jobs', { queue: this.#name, error })
      })
    if (this.#owners === undefined || !this.#limits.found) return
    const own = new MemoryQueue({ clock: this.#clock, pause: this.#pause, ended: () => undefined }, { ...this.#limits, attempts: 1 })
    this.#own = own
    // the queue has the further attempts
    await own.work(async (job) => {
      await process(job, 1).catch(() => this.#push(job, this.#pause(1)))
    })
    const take = (job: QueuedJob, lane: string): boolean => {
      if (this.#closing || own.ready >= mostReady) return false
      void own.add(job, { lane })
      return true
    }
    this.#owners.join(this.#name, take, (job) => void this.#push(job))
  }

  async backlog(): Promise<Backlog | undefined> {
    try {
      const queue = this.#adding
      const [waiting, delayed, firstDue, next] = await this.#commands.jobBacklog(queue.toKey('wait'), queue.toKey('delayed'), queue.toKey(''))
      const due = Math.floor(Number(firstDue) / scoreUnit)
      const moments = [readySince(next), firstDue !== null && due <= this.#now() ? due : undefined, this.#own?.readySince].filter(
        (one) => one !== undefined,
      )
      return { waiting: waiting + delayed + (this.#own?.ready ?? 0), since: moments.length === 0 ? undefined : Math.min(...moments) }
    } catch {
      return undefined
    }
  }

  get #commands(): QueueCommands {
    return this.#producer as unknown as QueueCommands
  }

  #now(): number {
    return this.#clock.now().getTime()
  }

  /** It works here, and its connection for waiting is there. */
  get listening(): boolean {
    return this.#worker === undefined || this.#worker.blocking.status === 'ready'
  }

  get name(): string {
    return this.#name
  }

  /** Resolves when no handler runs. */
  idle(): Promise<void> {
    if (this.#active === 0) return Promise.resolve()
    if (this.#idle === undefined) {
      let tell = (): void => undefined
      const reached = new Promise<void>((resolve) => (tell = resolve))
      this.#idle = { reached, tell }
    }
    return this.#idle.reached
  }

  /** Hands out nothing more; resolves when what runs has ended. Jobs can still be added. */
  async stop(): Promise<void> {
    this.#closing = true
    const closing = this.#worker?.queue.close()
    // a moment later, or the connection that ends here would take them again
    for (const job of this.#own?.stop() ?? []) void this.#push(job, 100)
    // bull would wait half a second for a polite end of the blocking command
    this.#worker?.blocking.disconnect()
    await Promise.all([closing, this.idle()])
  }

  async close(): Promise<void> {
    await this.#adding.close()
  }

  async #claim(key: string, delay: number): Promise<string> {
    const id = randomUUID()
    const claimed = await this.#commands.claimJobKey(this.#adding.toKey(`key:${key}`), this.#adding.toKey(''), id, delay + claimLifetime)
    return claimed === 1 ? id : 'taken'
  }
}
