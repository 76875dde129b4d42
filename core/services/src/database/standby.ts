import type { Clock, Logger } from '@parley/plugin-api'
import type { QueryResult } from 'pg'
import type { Execution } from './connections.ts'
import type { Replay } from './standby-statements.ts'

export interface StandbyOptions {
  /** Host and port, without what is secret. */
  readonly name: string
  readonly run: (execution: Execution) => Promise<QueryResult>
  readonly ask: () => Promise<Replay>
  readonly clock: Clock
  readonly log: Logger
}

/** Seconds that reports bear which do not say otherwise; a standby that is further behind is told to who watches. */
export const usualLag = 30
/** Milliseconds for which a measured lag counts. */
const freshness = 1_000
/** Milliseconds for which a server that failed is left alone. */
const rest = 5_000

/** One server that may be behind the primary: whether it can be asked for a report now. */
export class Standby {
  readonly name: string
  readonly run: StandbyOptions['run']
  readonly #ask: StandbyOptions['ask']
  readonly #clock: Clock
  readonly #log: Logger
  #asking: Promise<void> | undefined
  #asked = -Infinity
  #caughtUp = -Infinity
  #measured = Infinity
  #away = false
  #problem: string | undefined

  constructor({ name, run, ask, clock, log }: StandbyOptions) {
    this.name = name
    this.run = run
    this.#ask = ask
    this.#clock = clock
    this.#log = log
  }

  /** Whether it shows everything that was committed so many seconds ago. */
  async bears(lag: number): Promise<boolean> {
    await this.#look()
    return !this.#away && this.#lag <= lag
  }

  /** What keeps reports away from it, as a sentence. */
  async problem(): Promise<string | undefined> {
    await this.#look()
    return this.#problem
  }

  /** Seconds; `undefined` when it cannot be asked or does not know. */
  async lag(): Promise<number | undefined> {
    await this.#look()
    return this.#away || this.#lag === Infinity ? undefined : this.#lag
  }

  /** A report found it away. */
  failed(error: unknown): void {
    this.#asked = this.#now
    this.#away = true
    const { message, code } = ((error as Error).cause ?? error) as Error & { code?: string }
    this.#settle(`The standby ${this.name} cannot be asked: ${message || code}.`)
  }

  // what was committed since it was measured may be missing, too
  get #lag(): number {
    return this.#measured + (this.#now - this.#asked) / 1000
  }

  get #now(): number {
    return this.#clock.now().getTime()
  }

  /** Nobody waits for a server that was away. */
  async #look(): Promise<void> {
    if (this.#now - this.#asked >= (this.#away ? rest : freshness)) this.#asking ??= this.#measure()
    if (!this.#away) await this.#asking
  }

  async #measure(): Promise<void> {
    const asked = this.#now
    try {
      const { caughtUp, age } = await this.#ask()
      this.#asked = asked
      this.#away = false
      if (caughtUp) this.#caughtUp = asked
      // after a quiet hour the last commit is an hour old, and yet nothing that is older than a moment is missing
      this.#measured = Math.max(0, Math.min(age ?? Infinity, (asked - this.#caughtUp) / 1000))
      this.#settle(this.#measured <= usualLag ? undefined : this.#behind())
    } catch (error) {
      this.failed(error)
    } finally {
      this.#asking = undefined
    }
  }

  #behind(): string {
    const lag = this.#measured === Infinity ? 'does not know how far behind it is' : `is ${Math.round(this.#measured)} s behind`
    return `The standby ${this.name} ${lag}. Look at pg_stat_wal_receiver there.`
  }

  #settle(problem: string | undefined): void {
    const before = this.#problem
    this.#problem = problem
    if ((before === undefined) === (problem === undefined)) return
    if (problem === undefined) this.#log.info('reports are read from the standby again', { standby: this.name })
    else this.#log.warn('reports are not read from the standby', { standby: this.name, reason: problem })
  }
}
