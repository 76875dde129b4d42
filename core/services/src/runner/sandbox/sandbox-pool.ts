import { randomUUID } from 'node:crypto'
import type { UserCodeLogLine } from '@parley/plugin-api'
import type { Answer, Failure, Outcome, RunnerState, RunRequest } from '../protocol.ts'
import type { RunnerLimits } from '../runner-limits.ts'
import { PoolThread } from './pool-thread.ts'
import type { FromThread } from './thread-messages.ts'

/** A run that somebody wants, and what it asks of them. */
export interface PoolRun {
  readonly request: RunRequest
  write(line: UserCodeLogLine): void
  call(call: number, name: string, args: string): void
  done(outcome: Outcome, duration: number): void
}

export interface SandboxPoolOptions {
  readonly program: string
  readonly engine: WebAssembly.Module
  readonly limits: RunnerLimits
  /** After each change of `state()`. */
  changed(): void
  /** A thread was given up; `run`: because of this one. */
  replaced(reason: string, run: RunRequest | undefined): void
}

/** Milliseconds after the time limit in which a thread must have noticed by itself; native loops do not. */
const grace = 500
/** Runs of a thread, so that what the engine may leak goes. */
const runsOfThread = 1000

interface Job extends PoolRun {
  began?: number
  timer?: NodeJS.Timeout
}

/** Threads that run user code. Each does one run at a time; they are started when they are needed and replaced when they are not sound any more. */
export class SandboxPool {
  readonly #options: SandboxPoolOptions
  readonly #id = randomUUID()
  readonly #threads = new Set<PoolThread>()
  readonly #idle: PoolThread[] = []
  readonly #jobs = new Map<PoolThread, Job>()
  readonly #waiting = new Set<Job>()
  readonly #replaced: Record<string, number> = {}
  #problem: string | undefined
  #draining = false
  #closed = false
  #empty: (() => void) | undefined

  constructor(options: SandboxPoolOptions) {
    this.#options = options
    this.#start()
  }

  state(): RunnerState {
    const { parallel } = this.#options.limits
    return {
      runner: this.#id,
      parallel,
      running: this.#jobs.size,
      waiting: this.#waiting.size,
      replaced: { ...this.#replaced },
      draining: this.#draining,
    }
  }

  /** Why nothing can run here. */
  problem(): string | undefined {
    return this.#problem
  }

  add(run: PoolRun): void {
    const { parallel, waiting, waitTime } = this.#options.limits
    const tooBig = this.#tooLarge(run.request)
    if (tooBig !== undefined) return run.done({ failure: tooBig }, 0)
    if (this.#draining) return run.done({ failure: { reason: 'refused', message: 'The runner is ending.' } }, 0)
    if (this.#jobs.size + this.#waiting.size >= parallel + waiting) return run.done({ failure: busy(`${waiting} runs wait already`) }, 0)
    const job: Job = { ...run }
    this.#waiting.add(job)
    job.timer = setTimeout(() => {
      this.#waiting.delete(job)
      this.#end(job, { failure: busy(`its turn did not come within ${waitTime} ms`) })
    }, waitTime)
    this.#pump()
  }

  answer(run: PoolRun['request'], call: number, answer: Answer): void {
    for (const [thread, job] of this.#jobs) if (job.request === run) thread.tell({ call, answer })
  }

  /** Nobody waits for it any more. */
  cancel(request: RunRequest): void {
    for (const job of this.#waiting) {
      if (job.request !== request) continue
      this.#waiting.delete(job)
      clearTimeout(job.timer)
    }
    for (const [thread, job] of this.#jobs) {
      if (job.request !== request) continue
      this.#jobs.delete(thread)
      clearTimeout(job.timer)
      this.#replace(thread, 'cancelled', request)
    }
    this.#changed()
  }

  /** Takes nothing new; resolves when all that it has is done. */
  async drain(): Promise<void> {
    this.#draining = true
    this.#options.changed()
    if (this.#jobs.size + this.#waiting.size === 0) return
    await new Promise<void>((resolve) => (this.#empty = resolve))
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of [...this.#waiting, ...this.#jobs.values()]) clearTimeout(job.timer)
    await Promise.all([...this.#threads].map((thread) => thread.end()))
  }

  #start(): void {
    const { program, engine, limits } = this.#options
    const { memory, dataSize } = limits
    this.#threads.add(
      new PoolThread({
        program,
        settings: { engine, memory, dataSize },
        onMessage: (thread, message) => this.#heard(thread, message),
        onEnd: (thread, error) => this.#ended(thread, error),
      }),
    )
  }

  #pump(): void {
    for (const job of this.#waiting) {
      const thread = this.#idle.pop()
      if (thread === undefined) break
      this.#waiting.delete(job)
      clearTimeout(job.timer)
      this.#begin(thread, job)
    }
    const starting = this.#threads.size - this.#idle.length - this.#jobs.size
    const wanted = Math.min(this.#waiting.size - starting, this.#options.limits.parallel - this.#threads.size)
    for (let count = 0; count < wanted; count++) this.#start()
    this.#changed()
  }

  #begin(thread: PoolThread, job: Job): void {
    const { request } = job
    this.#jobs.set(thread, job)
    thread.runs++
    job.began = performance.now()
    job.timer = setTimeout(() => {
      this.#jobs.delete(thread)
      this.#end(job, { failure: { reason: 'time_limit', message: `The code took longer than the ${request.timeLimit} ms that it may take.` } })
      this.#replace(thread, 'time', request)
    }, request.timeLimit + grace)
    thread.tell({ run: request })
  }

  #heard(thread: PoolThread, message: FromThread): void {
    const job = this.#jobs.get(thread)
    if (message.type === 'ready') {
      this.#problem = undefined
      this.#free(thread)
    } else if (job === undefined) {
      return
    } else if (message.type === 'log') job.write(message.line)
    else if (message.type === 'call') job.call(message.call, message.name, message.args)
    else {
      this.#jobs.delete(thread)
      clearTimeout(job.timer)
      job.done(message.outcome, message.duration)
      if (message.spent !== undefined) this.#replace(thread, message.spent, job.request)
      else if (thread.runs >= runsOfThread) this.#replace(thread, 'age', undefined)
      else this.#free(thread)
    }
  }

  #free(thread: PoolThread): void {
    this.#idle.push(thread)
    this.#pump()
  }

  /** A thread ended by itself: what it held beside the engine was too much, or something is wrong with the machine. */
  #ended(thread: PoolThread, error: Error | undefined): void {
    if (!this.#threads.delete(thread) || this.#closed) return
    const job = this.#jobs.get(thread)
    this.#jobs.delete(thread)
    const idle = this.#idle.indexOf(thread)
    if (idle !== -1) this.#idle.splice(idle, 1)
    const memory = (error as { code?: string } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
    this.#note(memory ? 'memory' : 'crash', job?.request)
    if (job) {
      const failure: Failure = memory
        ? { reason: 'memory_limit', message: 'The code needs more memory than it may have.' }
        : { reason: 'lost', message: 'The thread that ran the code ended.' }
      this.#end(job, { failure })
    } else if (thread.runs === 0) this.#problem = `A thread could not start: ${error?.message ?? 'it ended'}`
    // not in a loop, when threads cannot start at all
    if (this.#problem === undefined || this.#waiting.size > 0) this.#pump()
  }

  #replace(thread: PoolThread, reason: string, run: RunRequest | undefined): void {
    this.#threads.delete(thread)
    void thread.end()
    this.#note(reason, run)
    if (this.#closed) return
    // one is always warm
    if (this.#threads.size === 0) this.#start()
    this.#pump()
  }

  #note(reason: string, run: RunRequest | undefined): void {
    this.#replaced[reason] = (this.#replaced[reason] ?? 0) + 1
    this.#options.replaced(reason, run)
  }

  #end(job: Job, outcome: Outcome): void {
    clearTimeout(job.timer)
    job.done(outcome, job.began === undefined ? 0 : performance.now() - job.began)
    this.#changed()
  }

  #changed(): void {
    this.#options.changed()
    if (this.#draining && this.#jobs.size + this.#waiting.size === 0) this.#empty?.()
  }

  #tooLarge({ source, input }: RunRequest): Failure | undefined {
    const { dataSize } = this.#options.limits
    for (const [what, { length }] of Object.entries({ source, input })) {
      if (length > dataSize) return { reason: 'too_large', message: `The ${what} is ${length} characters; runner.dataSize allows ${dataSize}.` }
    }
    return undefined
  }
}

const busy = (why: string): Failure => ({ reason: 'busy', message: `The runner has too much to do: ${why}.` })
