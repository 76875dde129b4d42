import { randomUUID } from 'node:crypto'
import type { PluginHandle } from '@parley/kernel'
import type { Clock, Connector, Logger } from '@parley/plugin-api'
import type { LeaseKeeper } from './lease-keeper.ts'

export interface ConnectorLoopOptions {
  readonly plugin: PluginHandle
  readonly connector: Connector
  readonly leases: LeaseKeeper
  readonly clock: Clock
  readonly log: Logger
  readonly pollEvery: number
}

interface Running {
  readonly stop: AbortController
  readonly ended: Promise<void>
}

const longestPause = 60_000
/** A run of this length was a good one: the next pause is short again. */
const goodRun = 60_000

/** Runs one connector: for each of its keys, while this process holds the key's lease. */
export class ConnectorLoop {
  readonly #options: ConnectorLoopOptions
  readonly #running = new Map<string, Running>()
  readonly #name: string
  #polling: Promise<void> | undefined

  constructor(options: ConnectorLoopOptions) {
    this.#options = options
    this.#name = `${options.plugin.id}:${options.connector.name}`
  }

  get keys(): readonly string[] {
    return [...this.#running.keys()]
  }

  /** Until the signal aborts; then waits for its runs to end. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, pollEvery } = this.#options
    while (!signal.aborted) {
      await this.hurry(signal)
      await clock.sleep(pollEvery, signal).catch(() => undefined)
    }
    for (const { stop } of this.#running.values()) stop.abort(new Error('the process stops'))
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }

  /** Takes what is free now. */
  async hurry(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    this.#polling ??= this.#poll(signal)
      .catch((error: unknown) => this.#options.log.warn('the keys of a connector could not be read', { connector: this.#name, error }))
      .finally(() => (this.#polling = undefined))
    await this.#polling
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { plugin, connector, leases } = this.#options
    const runs = plugin.state === 'running'
    const wanted = runs ? new Set(await plugin.run({ requestId: randomUUID() }, (cradle) => connector.keys(cradle))) : new Set<string>()
    for (const [key, { stop }] of this.#running) if (!wanted.has(key)) stop.abort(new Error(`the key "${key}" is gone`))
    const missing = [...wanted].filter((key) => !this.#running.has(key))
    const acquired = await leases.acquire(missing.map((key) => this.#leaseOf(key)))
    for (const key of missing) {
      const held = acquired.get(this.#leaseOf(key))
      if (held !== undefined) this.#start(key, held, signal)
    }
  }

  #leaseOf(key: string): string {
    return `${this.#name} ${key}`
  }

  #start(key: string, held: AbortSignal, process: AbortSignal): void {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, held])
    const ended = this.#keepRunning(key, signal).finally(async () => {
      await this.#options.leases.release(this.#leaseOf(key))
      this.#running.delete(key)
    })
    this.#running.set(key, { stop, ended })
    // the process began to stop while the lease was being acquired
    if (process.aborted) stop.abort(process.reason)
  }

  async #keepRunning(key: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    for (let attempt = 1; !signal.aborted; attempt++) {
      const began = clock.now().getTime()
      await this.#runOnce(key, signal)
      if (signal.aborted) return
      if (clock.now().getTime() - began >= goodRun) attempt = 1
      await clock.sleep(Math.min(1_000 * 2 ** (attempt - 1), longestPause), signal).catch(() => undefined)
    }
  }

  async #runOnce(key: string, signal: AbortSignal): Promise<void> {
    const { plugin, connector, log } = this.#options
    const requestId = randomUUID()
    const data = { connector: this.#name, key, plugin: plugin.id, requestId }
    try {
      await plugin.run({ requestId }, (cradle) => connector.run(key, cradle, signal))
      if (!signal.aborted) log.warn('a connector ended by itself and starts again after a pause', data)
    } catch (error) {
      if (!signal.aborted) log.error('a connector failed and starts again after a pause', { ...data, error })
    }
  }
}
