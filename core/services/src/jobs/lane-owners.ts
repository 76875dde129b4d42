import type { Logger } from '@parley/plugin-api'
import type { RedisClient, RedisConnections } from '../redis/index.ts'

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
export type TakeJob<J> = (job: J, lane: string) => boolean

interface Letter<J> {
  readonly q: string
  readonly l: string
  readonly j: J
}

const read = <J>(text: string): Letter<J> | undefined => {
  try {
    const letter = JSON.parse(text) as Partial<Letter<J>> | null
    return typeof letter?.q === 'string' && typeof letter.l === 'string' && typeof letter.j === 'object' ? (letter as Letter<J>) : undefined
  } catch {
    return undefined
  }
}

/** The first steps of FNV-1a (RFC draft-eastlake-fnv), with an end that spreads neighbouring marks. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}

/** Rendezvous hashing: when a worker comes or goes, only its own lanes move. */
export const ownerOf = (lane: string, workers: readonly string[]): string | undefined => {
  let owner: string | undefined
  let highest = -1
  for (const worker of workers) {
    const weight = hash(worker + lane)
    if (weight > highest) [owner, highest] = [worker, weight]
  }
  return owner
}

/**
 * Gives the jobs of one lane to one worker, which finds in memory what it left there. Nothing relies on it: a job that nobody takes goes into the queue,
 * where any worker finds it, and one that is lost on the way is found again by its reconciler.
 */
export class LaneOwners<J> {
  readonly #options: LaneOwnersOptions
  readonly #queues = new Map<string, { readonly take: TakeJob<J>; readonly refuse: (job: J) => void }>()
  #listener: RedisClient | undefined
  #channel: string | undefined

  constructor(options: LaneOwnersOptions) {
    this.#options = options
  }

  /** Jobs of this queue are taken from now on; `refuse` is told of those that came from another process and were not. */
  join(queue: string, take: TakeJob<J>, refuse: (job: J) => void): void {
    this.#queues.set(queue, { take, refuse })
    this.#listen()
  }

  /** True when a worker has it. */
  async give(queue: string, lane: string, job: J): Promise<boolean> {
    const { producer, workers } = this.#options
    this.#listen()
    const owner = ownerOf(lane, workers.workers())
    if (owner === undefined) return false
    if (owner === workers.mark) return this.#queues.get(queue)?.take(job, lane) ?? false
    const letter: Letter<J> = { q: queue, l: lane, j: job }
    return await producer.publish(this.#channelOf(owner), JSON.stringify(letter)).then(
      (heard) => heard > 0,
      () => false,
    )
  }

  /** The others hear at once that this process takes nothing more. */
  stop(): void {
    this.#queues.clear()
    this.#listener?.disconnect()
  }

  #channelOf(mark: string): string {
    return `${this.#options.prefix}:lanes:${mark}`
  }

  /** On the channel of the present mark, once there is something to take. */
  #listen(): void {
    const { connections, workers, log } = this.#options
    const channel = this.#channelOf(workers.mark)
    if (this.#queues.size === 0 || this.#channel === channel) return
    if (this.#listener === undefined) {
      this.#listener = connections.connect('patient')
      this.#listener.on('message', (_channel: string, text: string) => this.#heard(text))
    } else if (this.#channel !== undefined) void this.#listener.unsubscribe(this.#channel).catch(() => undefined)
    this.#channel = channel
    this.#listener.subscribe(channel).catch((error: Error) => log.debug('jobs of lanes come from the queue only', { reason: error.message }))
  }

  #heard(text: string): void {
    const letter = read<J>(text)
    if (letter === undefined)
      return this.#options.log.warn('a job of a lane could not be read; its reconciler finds it', { text: text.slice(0, 200) })
    const { q, l, j } = letter
    const queue = this.#queues.get(q)
    if (queue?.take(j, l) === false) queue.refuse(j)
  }
}
