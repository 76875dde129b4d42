import type { Clock, Logger, Points, Site } from '@parley/plugin-api'
import { channels } from '../../api/index.ts'
import type { Config } from '../config.ts'
import { checkFailed, type AccountChecks } from './account-checks.ts'
import type { AccountStore } from './account-store.ts'
import type { Accounts } from './accounts.ts'

/** How often a round begins, as it is scheduled. */
export const roundEvery = 'every 10m'
const roundLength = 600_000
const hour = 3_600_000

interface Parts {
  readonly accounts: Accounts
  readonly accountChecks: AccountChecks
  readonly accountStore: AccountStore
  readonly points: Points
  readonly site: Site
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
}

/** Looks at every working account from time to time, so that the end of a token is known without a person who asks. */
export class AccountRounds {
  readonly #parts: Parts
  #told = false

  constructor({ accounts, accountChecks, accountStore, points, site, clock, log, config }: Parts) {
    this.#parts = { accounts, accountChecks, accountStore, points, site, clock, log, config }
  }

  /** One account after the other: those whose turn it is, but no more than a round's share of all, so that they spread over the time. */
  async go(signal: AbortSignal): Promise<void> {
    const { accountStore, clock, config } = this.#parts
    const asked = this.#channels()
    if (asked.length === 0 || !this.#placeKnown()) return
    const [end, every] = [clock.now().getTime() + roundLength, config.checks.every * hour]
    // twice the even share: rounds that did not happen are made up for
    let left = Math.ceil((2 * roundLength * (await accountStore.working(asked))) / every)
    while (left-- > 0 && !signal.aborted && clock.now().getTime() < end) {
      const now = clock.now().getTime()
      // what was broken may have been a bad minute of the provider, and nobody should read of it until tomorrow
      const before = { ok: new Date(now - every), other: new Date(now - Math.min(hour, every)) }
      const id = await accountStore.longestUnseen(asked, before)
      if (id === undefined) return
      await this.#look(id, signal)
    }
  }

  async #look(id: string, signal: AbortSignal): Promise<void> {
    const { accounts, accountChecks, log } = this.#parts
    try {
      await accountChecks.check(id, signal)
    } catch (error) {
      log.warn('a channel account could not be checked on schedule', { accountId: id, error })
      // also so that it goes to the end of the queue
      await accounts.report(id, { state: 'broken', text: checkFailed(error) })
    }
  }

  /** Channels that run and can be asked: of the others, what was seen while working says more. */
  #channels(): string[] {
    return [...this.#parts.points.get(channels)].flatMap(([key, driver]) => (driver.check === undefined ? [] : [key]))
  }

  /** Drivers compare the webhook with our address; with a guessed one, or one that a person came by, they would find fault with what works. */
  #placeKnown(): boolean {
    const known = this.#parts.site.publicUrl !== undefined
    if (!known && !this.#told) {
      this.#parts.log.warn(
        'channel accounts are not checked on schedule: where this installation is reached is not known here; set PARLEY_PUBLIC_URL',
      )
    }
    this.#told = !known
    return known
  }
}
