import { ParleyError, type Actor, type Audit, type Clock, type Permission, type PluginDatabase, type Transaction } from '@parley/plugin-api'
import { viewBots, type Bots, type BotSummary } from '../../api/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { isUuid, newId } from '../ids.ts'
import { ShortCache } from '../short-cache.ts'
import { BotStore, type BotChange, type BotRow } from './bot-store.ts'

const defaultLanguage = 'uk'

interface Parts {
  readonly db: PluginDatabase
  readonly botStore: BotStore
  readonly accounts: Accounts
  readonly audit: Audit
  readonly clock: Clock
}

export class BotRegistry implements Bots {
  readonly #parts: Parts
  readonly #cache: ShortCache<BotSummary | undefined>

  constructor({ db, botStore, accounts, audit, clock }: Parts) {
    this.#parts = { db, botStore, accounts, audit, clock }
    this.#cache = new ShortCache(clock)
  }

  async get(idOrNumber: string | number, options: { within?: Transaction } = {}): Promise<BotSummary | undefined> {
    if (options.within !== undefined) {
      const row = await new BotStore({ db: this.#parts.db.within(options.within) }).byId(String(idOrNumber))
      return row && summary(row)
    }
    return await this.#cache.get(String(idOrNumber), async () => {
      const row = await this.#row(idOrNumber)
      return row && summary(row)
    })
  }

  async list(): Promise<BotSummary[]> {
    return (await this.#parts.botStore.list()).map(summary)
  }

  async create({ name, language = defaultLanguage }: { name: string; language?: string }): Promise<BotSummary> {
    const { db, botStore, audit, clock } = this.#parts
    const now = clock.now()
    const id = newId(now)
    const batch = db.batch()
    await botStore.insert({ id, name, language, now }, batch)
    await audit.record({ action: 'bot.create', object: { type: 'bot', id, title: name }, after: { name, language } }, { within: batch })
    await batch.commit()
    this.#cache.clear()
    return summary(await this.required(id))
  }

  async change(id: string, version: number, change: BotChange): Promise<BotRow> {
    const { db, botStore, accounts, audit, clock } = this.#parts
    const before = await this.required(id)
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    const batch = db.batch()
    await botStore.update(before.id, version, change, clock.now(), batch)
    await audit.record(
      {
        action: 'bot.update',
        object: { type: 'bot', id: before.id, title: before.name },
        before: audited(before),
        after: { ...audited(before), ...given },
      },
      { within: batch },
    )
    await batch.commit()
    // accounts of a bot that is off are off
    accounts.forget()
    this.#cache.clear()
    return await this.required(before.id)
  }

  async remove(id: string): Promise<void> {
    const { db, botStore, audit } = this.#parts
    const bot = await this.required(id)
    if (await botStore.hasAccounts(bot.id)) {
      throw new ParleyError('conflict', `The bot "${bot.name}" has channels. Delete them first, or switch the bot off; its history stays.`)
    }
    const batch = db.batch()
    await botStore.remove(bot.id, batch)
    await audit.record({ action: 'bot.delete', object: { type: 'bot', id: bot.id, title: bot.name }, before: audited(bot) }, { within: batch })
    await batch.commit()
    this.#cache.clear()
  }

  /** After a change that went past this service's own methods; other processes see it when their copies are too old. */
  forget(): void {
    this.#parts.accounts.forget()
    this.#cache.clear()
  }

  async rows(): Promise<BotRow[]> {
    return await this.#parts.botStore.list()
  }

  /** Somebody who may not see the bot hears the same as for one that does not exist. */
  async allowed(idOrNumber: string, actor: Actor, permission: Permission): Promise<BotRow> {
    const row = await this.#row(idOrNumber)
    if (row === undefined || !actor.can(viewBots, row.id)) throw missing(idOrNumber)
    if (!actor.can(permission, row.id))
      throw new ParleyError('forbidden', `Your role does not allow this for the bot "${row.name}". Ask an administrator.`)
    return row
  }

  async required(idOrNumber: string | number): Promise<BotRow> {
    const row = await this.#row(idOrNumber)
    if (row === undefined) throw missing(idOrNumber)
    return row
  }

  async #row(idOrNumber: string | number): Promise<BotRow | undefined> {
    const { botStore } = this.#parts
    const text = String(idOrNumber)
    if (/^[1-9]\d{0,8}$/.test(text)) return await botStore.byNumber(Number(text))
    return isUuid(text) ? await botStore.byId(text) : undefined
  }
}

const missing = (id: string | number): ParleyError =>
  new ParleyError('not_found', `The bot "${id}" does not exist. Open Settings, Bots, to see those that do.`)
const summary = ({ id, number, name, active, language }: BotRow): BotSummary => ({ id, number, name, active, language })
const audited = ({ name, language, active, constants }: BotRow): object => ({ name, language, active, constants })
