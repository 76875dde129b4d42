import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '@parley/test-kit'
import { Redis } from 'ioredis'
import { until } from './until.ts'

/** A Redis that a test may kill and start again, empty, on the same port. */
export class RestartableRedis {
  readonly url: string
  readonly #port: number
  #process: ChildProcess | undefined
  #starting: Promise<void> | undefined

  private constructor(port: number) {
    this.#port = port
    this.url = `redis://127.0.0.1:${port}`
  }

  static async start(): Promise<RestartableRedis> {
    const server = new RestartableRedis(await freePort())
    await server.start()
    return server
  }

  /** Asked twice, it starts one server all the same: a second one would end at once, and the first be forgotten. */
  async start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined))
    await this.#starting
  }

  async kill(): Promise<void> {
    const server = this.#process
    if (server === undefined) return
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : Promise.resolve()
    server.kill('SIGKILL')
    await ended
    if (this.#process === server) this.#process = undefined
  }

  async #start(): Promise<void> {
    if (this.#process !== undefined) return
    const flags = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    this.#process = spawn('redis-server', flags, { stdio: 'ignore' })
    await until('redis-server answers', () => this.ask(async (client) => (await client.ping()) === 'PONG').catch(() => false))
  }

  async ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return await question(client)
    } finally {
      client.disconnect()
    }
  }
}
