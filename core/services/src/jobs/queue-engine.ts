/** A job on its way: what the engine carries from `add` to the handler. */
export interface QueuedJob {
  readonly payload: unknown
  /** Of the work that added it, so that logs show one thread. */
  readonly requestId?: string
  /** The trace of the work that added it, as W3C writes it. */
  readonly traceparent?: string
}

export interface EngineAddOptions {
  /** Milliseconds. */
  readonly delay?: number | undefined
  /** A second job with the same key is dropped while the first waits. */
  readonly key?: string | undefined
  /** A hint: a job may be dropped while another of its lane is ready to run. */
  readonly lane?: string | undefined
  /** Something is amiss with it: any worker may have it, whoever does its lane. */
  readonly anyone?: boolean | undefined
}

export interface QueueLimits {
  readonly concurrency: number
  readonly attempts: number
  /** A lost job is found again by its reconciler. */
  readonly found: boolean
}

/** `attempt` counts from 1. A rejection makes the engine try again after a growing pause, or give up after the last attempt. */
export type RunJob = (job: QueuedJob, attempt: number) => Promise<void>

/** What waits in a queue. */
export interface Backlog {
  /** Jobs, those with a delay included. */
  readonly waiting: number
  /** When the oldest job that a worker could take now came, or was due: milliseconds since 1970; `undefined` when there is none. */
  readonly since: number | undefined
}

/** The queue of one job kind. */
export interface EngineQueue {
  /** Never rejects because the engine is away: the row is the truth, and its reconciler comes. False when nobody has the job now. */
  add(job: QueuedJob, options?: EngineAddOptions): Promise<boolean>
  /** Begins to hand out jobs; without it this process only adds. */
  work(run: RunJob): Promise<void>
  /** Costs the same however long the queue is; `undefined` while the engine is away. */
  backlog(): Promise<Backlog | undefined>
}

/** What carries jobs: the memory of one process, or bull on Redis for any number of processes. */
export interface QueueEngine {
  open(name: string, limits: QueueLimits): EngineQueue
  /** Commands sent to Redis so far. */
  readonly redisCommands: number
  /** Why jobs cannot be added. */
  problem(): Promise<string | undefined>
  /** Why jobs do not reach this process, which asked for some. */
  workerProblem(): string | undefined
  /** Hands out nothing more and resolves when the running jobs have ended. */
  stop(): Promise<void>
  /** Lets go of Redis; nothing can be added any more. */
  close(): Promise<void>
}

/** Milliseconds to wait after a failed attempt. */
export type RetryPause = (attempt: number) => number

/** 1 s, 2 s, 4 s … at most a minute. */
export const growingPause: RetryPause = (attempt) => Math.min(1_000 * 2 ** (attempt - 1), 60_000)
