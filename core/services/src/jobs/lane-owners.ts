import { setImmediate as immediate } from 'node:timers/promises'
import type { Logger } from '@parley/plugin-api'
import { fnv1a } from '../hashing/index.ts'
import type { RedisClient, RedisConnections } from '../redis/index.ts'
import type { QueuedJob } from './queue-engine.ts'

/** The processes that work, as this one sees them. */
export interface Workers {
  /** Whom the others know this process by; it may change. */
  readonly mark: string
  /** Marks of living processes with the role `worker`; may lag a few seconds behind the truth. */
  workers(): readonly string[]
}

export interface LaneOwnersOptions {
  readonly connections: RedisConnections
  /** For publishing: fails at once while Redis is away. */
  readonly producer: RedisClient
  readonly prefix: string
  readonly workers: Workers
  readonly log: Logger
}

/** Takes a job of a lane; false when there is too much to do. */
export type TakeJob = (job: QueuedJob, lane: string) => boolean

interface Letter {
  readonly queue: string
  readonly lane: string
  readonly job: QueuedJob
}

const read = (text: string): readonly Letter[] => {
  try {
    const letters = JSON.parse(text) as Letter[]
    const fit = ({ queue, lane, job }: Partial<Letter>): boolean => typeof queue === 'string' && typeof lane === 'string' && typeof job === 'object'
    return letters.every(fit) ? letters : []
  } catch {
    return []
  }
}

/** With an end that spreads neighbouring marks. */
const weightOf = (worker: string, lane: string): number => {
  const hash = fnv1a(worker + lane)
  const value = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}

/** Rendezvous hashing: when a worker comes or goes, only its own lanes move. */
export const ownerOf = (lane: string, workers: readonly string[]): string | undefined => {
  let owner: string | undefined
  let highest = -1
  for (const worker of workers) {
    const weight = weightOf(worker, lane)
    if (weight > highest) [owner, highest] = [worker, weight]
  }
  return owner
}

/**
 * Gives the jobs of one lane to one worker, which finds in memory what it left there. Nothing relies on it: a job that nobody takes goes into the queue,
 * where any worker finds it, and one that is lost on the way is found again by its reconciler.
 */
export class LaneOwners {
  readonly #options: LaneOwnersOptions
  readonly #queues = new Map<string, { readonly take: TakeJob; readonly refuse: (job: QueuedJob) => void }>()
  readonly #post = new Map<string, Letter[]>()
  #posted: Promise<ReadonlySet<string>> | undefined
  #listener: RedisClient | undefined
  #mark: string | undefined

  constructor(options: LaneOwnersOptions) {
    this.#options = options
  }

  /** Jobs of this queue are taken from now on; `refuse` is told of those that came from another process and were not. */
  join(queue: string, take: TakeJob, refuse: (job: QueuedJob) => void): void {
    this.#queues.set(queue, { take, refuse })
    this.#listen()
  }

  /** True when a worker has it. */
  async give(queue: string, lane: string, job: QueuedJob): Promise<boolean> {
    const { workers } = this.#options
    this.#listen()
    const owner = ownerOf(lane, workers.workers())
    if (owner === undefined) return false
    if (owner === workers.mark) return this.#queues.get(queue)?.take(job, lane) ?? false
    const letters = this.#post.get(owner) ?? []
    letters.push({ queue, lane, job })
    this.#post.set(owner, letters)
    this.#posted ??= this.#send()
    return (await this.#posted).has(owner)
  }

  /** The others hear at once that this process takes nothing more. */
  stop(): void {
    this.#queues.clear()
    this.#listener?.disconnect()
  }

  /** What one turn of the event loop has for a worker goes to it as one message; answers who has heard theirs. */
  async #send(): Promise<ReadonlySet<string>> {
    await immediate()
    const post = [...this.#post]
    this.#post.clear()
    this.#posted = undefined
    const { producer } = this.#options
    const heard = await Promise.all(post.map(([owner, letters]) => producer.publish(this.#channelOf(owner), JSON.stringify(letters)).catch(() => 0)))
    return new Set(post.flatMap(([owner], index) => (heard[index]! > 0 ? [owner] : [])))
  }

  #channelOf(mark: string): string {
    return `${this.#options.prefix}:lanes:${mark}`
  }

  /** On the channel of the present mark, once there is something to take. */
  #listen(): void {
    const { connections, workers, log } = this.#options
    const { mark } = workers
    if (this.#queues.size === 0 || this.#mark === mark) return
    if (this.#listener === undefined) {
      this.#listener = connections.connect('patient')
      this.#listener.on('message', (_channel: string, text: string) => this.#heard(text))
    } else if (this.#mark !== undefined) void this.#listener.unsubscribe(this.#channelOf(this.#mark)).catch(() => undefined)
    this.#mark = mark
    const listening = this.#listener.subscribe(this.#channelOf(mark))
    listening.catch((error: Error) => log.debug('jobs of lanes come from the queue only', { reason: error.message }))
  }

  #heard(text: string): void {
    const letters = read(text)
    if (letters.length === 0) this.#options.log.warn('jobs of lanes could not be read; their reconcilers find them', { text: text.slice(0, 200) })
    for (const { queue: name, lane, job } of letters) {
      const queue = this.#queues.get(name)
      if (queue?.take(job, lane) === false) queue.refuse(job)
    }
  }
}
