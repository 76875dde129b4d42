import type { Clock, Logger } from '@parley/plugin-api'
import { requestProblem, type AccountHealth, type ChannelAccount, type Words } from '../../api/index.ts'
import type { Config } from '../config.ts'
import { noAnswer, noDriver, textOf } from '../words.ts'
import type { AccountDraft, Accounts } from './accounts.ts'

type Look = (account: ChannelAccount, signal: AbortSignal) => Promise<AccountHealth>

interface Parts {
  readonly accounts: Accounts
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
}

class TooSlow extends Error {
  readonly words: Words

  constructor(seconds: number) {
    super(textOf(noAnswer(seconds)))
    this.words = noAnswer(seconds)
  }
}

/** What stands at an account whose look threw. */
export const checkFailed = (error: unknown): Words => {
  const why = error instanceof TooSlow ? error.words : requestProblem(error)
  const [en, uk] = typeof why === 'string' ? [why, why] : [why.en, why['uk'] ?? why.en]
  return { en: `The check did not work: ${en}`, uk: `Перевірити не вдалося: ${uk}` }
}

/** Live looks at accounts. What a provider says is a dot on the screen, never an error here. */
export class AccountChecks {
  readonly #parts: Parts

  constructor({ accounts, clock, log, config }: Parts) {
    this.#parts = { accounts, clock, log, config }
  }

  /** At what a person has entered, before it is saved. */
  async checkDraft(draft: AccountDraft & { readonly id?: string | undefined }, signal: AbortSignal): Promise<AccountHealth> {
    const account = await this.#parts.accounts.draft(draft)
    const driver = this.#parts.accounts.driver(account.channel)
    return await this.#ask(driver?.check?.bind(driver), account, signal)
  }

  /** Asks the provider, and keeps what it says. */
  async check(id: string, signal: AbortSignal): Promise<AccountHealth> {
    const { accounts, clock } = this.#parts
    const account = await accounts.saved(id)
    const driver = accounts.driver(account.channel)
    const health = driver === undefined ? noDriver(account.channel) : await this.#ask(driver.check?.bind(driver), account, signal)
    // whoever stopped waiting learned nothing of the account
    if (!signal.aborted) await accounts.report(id, health, account.version)
    return { ...health, at: clock.now().toISOString() }
  }

  /** After a change: sets or removes the provider's webhook. Nobody's hanging up ends it, because nothing would connect later what is saved. */
  async connect(id: string): Promise<AccountHealth> {
    const { accounts } = this.#parts
    const account = await accounts.saved(id)
    const driver = accounts.driver(account.channel)
    if (driver === undefined) return noDriver(account.channel)
    if (!account.active) await this.disconnect(account)
    const health: AccountHealth = account.active
      ? await this.#ask((driver.connect ?? driver.check)?.bind(driver), account)
      : { state: 'unchecked', text: { en: 'Switched off.', uk: 'Вимкнено.' } }
    await accounts.report(id, health, account.version)
    return health
  }

  async disconnect(account: ChannelAccount): Promise<void> {
    const driver = this.#parts.accounts.driver(account.channel)
    try {
      await this.#inTime(async (signal) => await driver?.disconnect?.(account, signal))
    } catch (error) {
      this.#parts.log.warn('a provider could not be told that a channel is off', { accountId: account.id, error })
    }
  }

  async #ask(look: Look | undefined, account: ChannelAccount, signal?: AbortSignal): Promise<AccountHealth> {
    if (look === undefined) return { state: 'ok', text: { en: 'This channel needs no check.', uk: 'Цей канал не потребує перевірки.' } }
    try {
      return this.#plausible(await this.#inTime((over) => look(account, over), signal), account)
    } catch (error) {
      this.#parts.log.warn('a channel account could not be checked', { accountId: account.id, channel: account.channel, error })
      return { state: 'broken', text: checkFailed(error) }
    }
  }

  /** Nobody waits longer for a driver, also for one that does not heed its signal. */
  async #inTime<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { clock, config } = this.#parts
    const seconds = config.delivery.timeout
    const slow = new AbortController()
    const cancel = clock.after(seconds * 1000, () => slow.abort(new TooSlow(seconds)))
    const over = signal === undefined ? slow.signal : AbortSignal.any([signal, slow.signal])
    try {
      return await Promise.race([work(over), aborted(over)])
    } finally {
      cancel()
      // one that never aborts is kept by those it was made of, and the signal of the schedule lives as long as the process
      slow.abort(new Error('The look is over.'))
    }
  }

  /** A date that is none must not keep the rest of what the driver saw from being stored. */
  #plausible({ credentialsEndAt, ...health }: AccountHealth, { id: accountId, channel }: ChannelAccount): AccountHealth {
    if (credentialsEndAt === undefined) return health
    const end = new Date(credentialsEndAt)
    if (Number.isFinite(end.getTime())) return { ...health, credentialsEndAt: end.toISOString() }
    this.#parts.log.warn('a channel says that its credentials end at a date that is none', { accountId, channel, credentialsEndAt })
    return health
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const leave = (): void => reject(signal.reason as Error)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
