import type { Clock, Logger } from '@parley/plugin-api'

/** A lease that this process holds. */
export interface Lease {
  /** Aborts when the lease is lost or the process stops. Made at first use: most work ends before anybody asks. */
  readonly signal: AbortSignal
  readonly lost: boolean
  end(): void
}

export interface LeaseKeeperOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly seconds: number
  /** Renews the leases, and answers those that are still held. */
  readonly renew: (leases: readonly { readonly id: string; readonly token: string }[], until: Date) => Promise<ReadonlySet<string>>
}

class HeldLease implements Lease {
  readonly id: string
  readonly token: string
  readonly #ended: (lease: HeldLease) => void
  #reason: Error | undefined
  #controller: AbortController | undefined

  constructor(id: string, token: string, ended: (lease: HeldLease) => void) {
    this.id = id
    this.token = token
    this.#ended = ended
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  get lost(): boolean {
    return this.#reason !== undefined
  }

  abort(reason: Error): void {
    this.#reason ??= reason
    this.#controller?.abort(this.#reason)
  }

  end(): void {
    this.#ended(this)
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

  hold(id: string, token: string): Lease {
    const lease = new HeldLease(id, token, (one) => this.#end(one))
    this.#held.add(lease)
    const { clock, seconds } = this.#options
    this.#cancel ??= clock.every((seconds * 1000) / 3, () => void this.#renew())
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

  async #renew(): Promise<void> {
    const { clock, log, seconds, renew } = this.#options
    const leases = [...this.#held]
    if (leases.length === 0) return
    try {
      const held = await renew(leases, new Date(clock.now().getTime() + seconds * 1000))
      for (const lease of leases) if (!held.has(lease.token)) lease.abort(new Error('another process has taken this over'))
    } catch (error) {
      // the next renewal tries again; if none succeeds, the fence decides
      log.warn('leases could not be renewed', { count: leases.length, error })
    }
  }
}
