import type { Clock, Logger } from '@parley/plugin-api'
import type Bull from 'bull'
import { onUse } from '../on-use.ts'
import { redisAddress, RedisConnections, type RedisClient } from '../redis/index.ts'
import { BullQueue, type BullWorker } from './bull-queue.ts'
import { LaneOwners, type Workers } from './lane-owners.ts'
import type { QueueEngine, RetryPause } from './queue-engine.ts'

export interface BullEngineOptions {
  readonly redisUrl: string
  /** Separates installations that share one Redis; default `parley`. */
  readonly prefix?: string | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly pause: RetryPause
  readonly workers?: Workers | undefined
}

/** How long a stop waits for Redis to take the results of handlers that have ended. */
const farewell = 3_000
const longestAnswer = 2_000

const bullPackage = onUse<typeof Bull>('bull')

const settings = {
  // a lock outlives two missed renewals, so a busy event loop does not make another process run the job too
  lockDuration: 30_000,
  lockRenewTime: 10_000,
  stalledInterval: 15_000,
  // a job whose process died is not the job's fault; its attempts are counted apart
  maxStalledCount: 10,
  retryProcessDelay: 500,
}

/**
 * Jobs on Redis. Bull queues share two connections and have a blocking one each (bull #880, #1790). A third is for adding, because
 * whoever adds must not wait for a lost Redis, while the results of running jobs must.
 */
export const createBullEngine = ({ redisUrl, prefix = 'parley', clock, log, pause, workers }: BullEngineOptions): QueueEngine => {
  const connections = new RedisConnections({ url: redisUrl, log })
  const clustered = redisAddress(redisUrl)?.kind === 'cluster'
  const producer = connections.connect('impatient')
  // a cluster does not tell how many have heard a message
  const owners = workers && !clustered ? new LaneOwners({ connections, producer, prefix, workers, log }) : undefined
  const queues: BullQueue[] = []
  let shared: { readonly client: RedisClient; readonly subscriber: RedisClient } | undefined

  const openWorker = (name: string): BullWorker => {
    const blocking = connections.connect('patient')
    shared ??= { client: connections.connect('patient'), subscriber: connections.connect('patient') }
    const clients = { ...shared, bclient: blocking }
    return { queue: bull(name, (type) => clients[type]), blocking }
  }

  const bull = (name: string, createClient: (type: 'client' | 'subscriber' | 'bclient') => RedisClient): Bull.Queue => {
    const queue = new (bullPackage())(name, {
      // all keys of a queue lie on one node of a cluster, which scripts ask for; queues may lie on different ones
      prefix: clustered ? `{${prefix}:${name}}` : prefix,
      createClient,
      settings: { ...settings, backoffStrategies: { growing: pause } },
      ...({ skipVersionCheck: true } as object),
    })
    // it only labels the connection, and when that closes first its rejection reaches nobody and ends the process
    Object.assign(queue, { setWorkerName: () => Promise.resolve() })
    queue.on('error', (error: Error) => log.debug('the queue had trouble with Redis', { queue: name, reason: error.message }))
    return queue
  }

  return {
    get redisCommands() {
      return connections.commands
    },
    open(name, limits) {
      const adding = bull(name, () => producer)
      const queue = new BullQueue({ name, limits, clock, log, pause, producer, adding, owners, openWorker: () => openWorker(name) })
      queues.push(queue)
      return queue
    },
    async problem() {
      const stop = new AbortController()
      const silent = clock.sleep(longestAnswer, stop.signal).then(
        () => 'Redis does not answer',
        () => undefined,
      )
      const answer = producer.ping().then(
        () => undefined,
        (error: Error) => `Redis cannot be reached: ${error.message}`,
      )
      return await Promise.race([answer, silent]).finally(() => stop.abort())
    },
    workerProblem() {
      const deaf = queues.find((queue) => !queue.listening)
      return deaf && `the queue "${deaf.name}" has no connection to Redis`
    },
    async stop() {
      owners?.stop()
      const closing = Promise.allSettled(queues.map((queue) => queue.stop()))
      const stop = new AbortController()
      const givenUp = Promise.all(queues.map((queue) => queue.idle())).then(() => clock.sleep(farewell, stop.signal))
      await Promise.race([closing, givenUp])
      stop.abort()
      givenUp.catch(() => undefined)
    },
    async close() {
      const stop = new AbortController()
      const late = clock.sleep(farewell, stop.signal).catch(() => undefined)
      await Promise.race([Promise.allSettled(queues.map((queue) => queue.close())), late])
      stop.abort()
      connections.close()
    },
  }
}
