import type { Claims, Clock, Logger } from '@parley/plugin-api'
import type { Lease, LeaseStore } from './lease-store.ts'

export interface LeaseTimes {
  /** How long a lease lives without being renewed; a dead process is replaced after that. */
  readonly lease: number
  readonly renewEvery: number
}

interface Held {
  readonly lease: Lease
  readonly lost: AbortController
  cancelExpiry: () => void
}

/** How much earlier than the others we believe a lease to have ended. */
const margin = 1_000

/** The leases of this process. One that is lost, or may be lost because the database cannot be asked, aborts its signal in time. */
export class LeaseKeeper {
  readonly #store: LeaseStore
  readonly #clock: Clock
  readonly #log: Logger
  readonly #times: LeaseTimes
  readonly #claims: Claims
  readonly #held = new Map<string, Held>()
  #cancelRenewal: (() => void) | undefined
  #renewing = false
  #failingSince: number | undefined

  constructor({ store, clock, claims, log, times }: { store: LeaseStore; clock: Clock; claims: Claims; log: Logger; times: LeaseTimes }) {
    this.#store = store
    this.#clock = clock
    this.#claims = claims
    this.#log = log
    this.#times = times
  }

  start(): void {
    this.#cancelRenewal = this.#clock.every(this.#times.renewEvery, () => void this.#renew())
  }

  stop(): void {
    this.#cancelRenewal?.()
  }

  problem(): string | undefined {
    const silent = this.#failingSince === undefined ? 0 : this.#clock.now().getTime() - this.#failingSince
    return silent < this.#times.lease ? undefined : 'leases of connectors could not be renewed and are lost'
  }

  /** Those of the names that are now this process's, each with a signal that aborts when it is so no longer. */
  async acquire(names: readonly string[]): Promise<ReadonlyMap<string, AbortSignal>> {
    const free = names.filter((name) => !this.#held.has(name))
    const now = this.#clock.now()
    const leases = free.length === 0 ? [] : await this.#store.acquire(free, this.#claims.token(), now, this.#until(now), this.#claims.gone())
    return new Map(leases.map((lease) => [lease.name, this.#hold(lease, now)]))
  }

  /** Gives it to whoever asks next; call it when the work has ended. */
  async release(name: string): Promise<void> {
    const held = this.#forget(name)
    if (held === undefined) return
    await this.#store.release(held.lease, this.#clock.now()).catch((error: unknown) => {
      this.#log.debug('a lease could not be given back and will expire', { lease: name, error })
    })
  }

  #until(now: Date): Date {
    return new Date(now.getTime() + this.#times.lease)
  }

  #hold(lease: Lease, since: Date): AbortSignal {
    const lost = new AbortController()
    this.#held.set(lease.name, { lease, lost, cancelExpiry: this.#expireLater(lease.name, since) })
    return lost.signal
  }

  #expireLater(name: string, since: Date): () => void {
    const left = since.getTime() + this.#times.lease - margin - this.#clock.now().getTime()
    return this.#clock.after(left, () => this.#lose(name, 'it could not be renewed in time'))
  }

  async #renew(): Promise<void> {
    if (this.#renewing || this.#held.size === 0) return
    this.#renewing = true
    const asked = [...this.#held.values()]
    const now = this.#clock.now()
    try {
      const kept = new Set(
        await this.#store.renew(
          asked.map(({ lease }) => lease),
          this.#until(now),
        ),
      )
      this.#failingSince = undefined
      for (const held of asked) this.#renewed(held, now, kept.has(held.lease.name))
    } catch (error) {
      this.#failingSince ??= now.getTime()
      this.#log.warn('leases could not be renewed', { count: asked.length, error })
    } finally {
      this.#renewing = false
    }
  }

  #renewed(held: Held, at: Date, kept: boolean): void {
    const { name } = held.lease
    // given back, or lost and taken again, while the answer was on its way
    if (this.#held.get(name) !== held) return
    if (!kept) return this.#lose(name, 'another process has it')
    held.cancelExpiry()
    held.cancelExpiry = this.#expireLater(name, at)
  }

  #lose(name: string, reason: string): void {
    const held = this.#forget(name)
    if (held === undefined) return
    this.#log.warn('a lease was lost', { lease: name, reason })
    held.lost.abort(new Error(`The lease "${name}" was lost: ${reason}.`))
  }

  #forget(name: string): Held | undefined {
    const held = this.#held.get(name)
    held?.cancelExpiry()
    this.#held.delete(name)
    return held
  }
}
