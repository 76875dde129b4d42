import type { Logger } from '@parley/plugin-api'
import { openRedis, type RedisClient, type RedisManner } from './open-redis.ts'

/** The connections of one service to Redis: counted, logged when lost, closed together. */
export class RedisConnections {
  readonly #url: string
  readonly #log: Logger
  readonly #open = new Set<RedisClient>()
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

  connect(manner: RedisManner, more: Parameters<typeof openRedis>[2] = {}): RedisClient {
    const client = openRedis(this.#url, manner, more)
    const send = client.sendCommand.bind(client) as (...command: unknown[]) => unknown
    client.sendCommand = (...command: unknown[]) => {
      this.#commands++
      return send(...command)
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
