import type { Logger } from '@parley/plugin-api'
import { Redis, type RedisOptions } from 'ioredis'

const reconnectAfter = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000)

/**
 * `patient`: commands wait for a lost connection to come back, for work that must be finished.
 * `impatient`: commands fail at once without a connection, for callers who must not wait for Redis.
 */
export type RedisManner = 'patient' | 'impatient'

const manners: Record<RedisManner, RedisOptions> = {
  patient: { maxRetriesPerRequest: null },
  // the time-out is for a peer that vanished without a word; commands of this manner never block on purpose
  impatient: { maxRetriesPerRequest: 0, socketTimeout: 10_000 },
}

/** The connections of one service to Redis: counted, logged when lost, closed together. */
export class RedisConnections {
  readonly #url: string
  readonly #log: Logger
  readonly #open = new Set<Redis>()
  #commands = 0
  #lost = false

  constructor({ url, log }: { url: string; log: Logger }) {
    this.#url = url
    this.#log = log
  }

  /** Commands sent to Redis so far; a script is one. */
  get commands(): number {
    return this.#commands
  }

  connect(manner: RedisManner): Redis {
    const client = new Redis(this.#url, { ...manners[manner], enableReadyCheck: false, retryStrategy: reconnectAfter })
    const send = client.sendCommand.bind(client)
    client.sendCommand = (command, stream) => {
      this.#commands++
      return send(command, stream)
    }
    // the first commands may wait for the first connection
    if (manner === 'impatient') client.once('close', () => (client.options.enableOfflineQueue = false))
    // several queues listen on one connection
    client.setMaxListeners(0)
    client.on('error', (error: Error) => this.#noteLost(error))
    client.on('ready', () => this.#noteReady())
    this.#open.add(client)
    return client
  }

  close(): void {
    for (const client of this.#open) client.disconnect()
    this.#open.clear()
  }

  #noteLost(error: Error): void {
    if (this.#lost) return
    this.#lost = true
    this.#log.warn('Redis cannot be reached; rows in PostgreSQL keep what must not be lost', { reason: error.message })
  }

  #noteReady(): void {
    if (!this.#lost) return
    this.#lost = false
    this.#log.info('Redis is back')
  }
}
