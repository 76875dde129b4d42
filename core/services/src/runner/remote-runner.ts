import type { LookupAddress } from 'node:dns'
import type { Logger } from '@parley/plugin-api'
import { RunnerLink } from './runner-link.ts'

export interface RemoteRunnerOptions {
  readonly url: string
  readonly address: LookupAddress
  readonly token: string
  readonly log: Logger
  /** Whether another connection leads to the same runner. */
  isTwin(link: RunnerLink): boolean
}

/** Milliseconds until the next attempt: the first, and the longest. */
const backoff = { first: 250, longest: 10_000 }
/** Milliseconds after which somebody who needs a runner now may have one more attempt made. */
const attemptAge = 1000

/** A runner at one address: connected, or tried again and again. */
export class RemoteRunner {
  readonly #options: RemoteRunnerOptions
  #link: RunnerLink | undefined
  #attempt: Promise<boolean> | undefined
  #attempted = 0
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #problem: string | undefined
  #stopped = false

  constructor(options: RemoteRunnerOptions) {
    this.#options = options
    void this.connect()
  }

  get link(): RunnerLink | undefined {
    return this.#link
  }

  get problem(): string | undefined {
    return this.#problem
  }

  /** Whether there is a connection, after an attempt unless the last is too fresh to come out otherwise. */
  async connect(): Promise<boolean> {
    if (this.#link !== undefined) return true
    if (this.#attempt === undefined && performance.now() - this.#attempted < attemptAge && this.#failures > 0) return false
    return (this.#attempt ??= this.#try().finally(() => (this.#attempt = undefined)))
  }

  async #try(): Promise<boolean> {
    const { url, address, log, isTwin } = this.#options
    clearTimeout(this.#timer)
    if (this.#stopped) return false
    try {
      const link = await RunnerLink.open(this.#options)
      if (this.#stopped || isTwin(link)) {
        await link.close()
        this.#again(backoff.longest)
        return false
      }
      log.info('Connected with a runner', { url, address: address.address })
      this.#link = link
      this.#problem = undefined
      this.#failures = 0
      void link.closed.then(() => {
        this.#link = undefined
        this.#problem = 'it ended the connection'
        if (!this.#stopped) log.warn('The connection with a runner ended', { url, address: address.address })
        this.#again(backoff.first)
      })
      return true
    } catch (error) {
      const { message } = error as Error
      if (message !== this.#problem) log.warn('A runner cannot be reached', { url, address: address.address, problem: message })
      this.#problem = message
      this.#failures++
      this.#again(Math.min(backoff.longest, backoff.first * 2 ** this.#failures))
      return false
    } finally {
      this.#attempted = performance.now()
    }
  }

  #again(milliseconds: number): void {
    if (this.#stopped) return
    // not all callers of a runner that starts at the same moment
    this.#timer = setTimeout(() => void this.connect(), milliseconds * (0.75 + Math.random() / 2))
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#attempt
    await this.#link?.close()
  }
}
