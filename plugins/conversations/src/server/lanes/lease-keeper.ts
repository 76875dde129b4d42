import type { Claims, Clock, Logger } from '@parley/plugin-api'

/** A lease that this process holds. */
export interface Lease {
  /** Aborts when the lease is lost or the process stops. Made at first use: most work ends before anybody asks. */
  readonly signal: AbortSignal
  readonly lost: boolean
  /** True while nobody else can have taken it over, nor can for a third of its time; asks the database when renewals were missed. */
  sure(): boolean | Promise<boolean>
  end(): void
}

export interface LeaseKeeperOptions {
  readonly clock: Clock
  readonly claims: Claims
  readonly log: Logger
  readonly seconds: number
  /** Renews the leases, and answers those that are still held. */
  readonly renew: (leases: readonly { readonly id: string; readonly token: string }[], until: Date) => Promise<ReadonlySet<string>>
}

interface Keeper {
  end(lease: HeldLease): void
  sure(lease: HeldLease): boolean | Promise<boolean>
}

class HeldLease implements Lease {
  readonly id: string
  readonly token: string
  readonly #keeper: Keeper
  /** Until when nobody else may take it, by this process's clock. */
  until: number
  #reason: Error | undefined
  #controller: AbortController | undefined

  constructor(id: string, token: string, until: number, keeper: Keeper) {
    this.id = id
    this.token = token
    this.until = until
    this.#keeper = keeper
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  get lost(): boolean {
    return this.#reason !== undefined
  }

  sure(): boolean | Promise<boolean> {
    return this.#keeper.sure(this)
  }

  abort(reason: Error): void {
    this.#reason ??= reason
    this.#controller?.abort(this.#reason)
  }

  end(): void {
    this.#keeper.end(this)
  }
}

/** Renews all leases of one kind together, while there are any. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions
  readonly #held = new Set<HeldLease>()
  #cancel: (() => void) | undefined

  constructor(options: LeaseKeeperOptions) {
    this.#options = options
  }

  /** `until` is what was written when the lease was taken. */
  hold(id: string, token: string, until: Date): Lease {
    const lease = new HeldLease(id, token, until.getTime(), { end: (one) => this.#end(one), sure: (one) => this.#sure(one) })
    this.#held.add(lease)
    const { clock } = this.#options
    this.#cancel ??= clock.every(this.#third, () => void this.#renew([...this.#held]))
    return lease
  }

  /** The process stops: whoever works under a lease hears it. */
  stop(): void {
    for (const lease of this.#held) lease.abort(new Error('the process stops'))
  }

  #end(lease: HeldLease): void {
    this.#held.delete(lease)
    if (this.#held.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  get #third(): number {
    return (this.#options.seconds * 1000) / 3
  }

  /** Most leases are sure without a question. */
  #sure(lease: HeldLease): boolean | Promise<boolean> {
    const { clock, claims } = this.#options
    const fresh = (): boolean => !lease.lost && clock.now().getTime() < lease.until - this.#third
    if (lease.lost || (fresh() && claims.sure(lease.token))) return !lease.lost
    return this.#renew([lease]).then(fresh)
  }

  async #renew(leases: readonly HeldLease[]): Promise<void> {
    const { clock, log, seconds, renew } = this.#options
    if (leases.length === 0) return
    const until = new Date(clock.now().getTime() + seconds * 1000)
    try {
      const held = await renew(leases, until)
      for (const lease of leases) {
        if (held.has(lease.token)) lease.until = Math.max(lease.until, until.getTime())
        else lease.abort(new Error('another process has taken this over'))
      }
    } catch (error) {
      // the next renewal tries again; if none succeeds, the fence decides
      log.warn('leases could not be renewed', { count: leases.length, error })
    }
  }
}
