import { createHash } from 'node:crypto'
import { ParleyError, type Audit, type Clock } from '@parley/plugin-api'
import type { LockoutRule, LockoutStore } from './lockout-store.ts'

const perLogin: LockoutRule = { threshold: 5, firstLock: 30, longestLock: 15 * 60, memory: 60 * 60 }
/** Many people may share an address, and their successes are taken back. */
const perAddress: LockoutRule = { threshold: 30, firstLock: 60, longestLock: 60 * 60, memory: 60 * 60 }

export interface Attempt {
  readonly login: string
  readonly address: string
}

/** Guessing passwords gets slower and slower, for a login and for an address, in all processes and over restarts. */
export class Lockout {
  readonly #store: LockoutStore
  readonly #audit: Audit
  readonly #clock: Clock

  constructor({ lockoutStore, audit, clock }: { lockoutStore: LockoutStore; audit: Audit; clock: Clock }) {
    this.#store = lockoutStore
    this.#audit = audit
    this.#clock = clock
  }

  /** Throws `locked_out`; logins that do not exist are locked like any other. */
  async enter(attempt: Attempt): Promise<void> {
    await this.#charge(addressKey(attempt), perAddress, attempt)
    await this.#charge(loginKey(attempt), perLogin, attempt)
  }

  async succeeded(attempt: Attempt): Promise<void> {
    await this.#store.refund(addressKey(attempt))
    await this.#store.clear(loginKey(attempt))
  }

  async unlock(login: string): Promise<void> {
    await this.#store.clear(loginKey({ login, address: '' }))
  }

  async #charge(key: string, rule: LockoutRule, attempt: Attempt): Promise<void> {
    const charge = await this.#store.charge(key, this.#clock.now(), rule)
    if (!charge.allowed) throw locked(charge.lockedUntil!, this.#clock.now())
    if (charge.failures === rule.threshold) {
      const title = rule === perLogin ? attempt.login : attempt.address
      await this.#audit.record({ action: 'sign_in.lock', object: { type: 'sign_in', id: key, title }, after: { failures: charge.failures } })
    }
  }
}

function locked(until: Date, now: Date): ParleyError {
  const seconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000))
  return new ParleyError('locked_out', `There were too many failed attempts to sign in. Try again in ${seconds} seconds.`, {
    details: { retryAfter: seconds },
  })
}

// hashed: people type passwords into the field of the login
const loginKey = ({ login }: Attempt): string => `login:${createHash('sha256').update(login).digest('base64url')}`
const addressKey = ({ address }: Attempt): string => `address:${address}`
