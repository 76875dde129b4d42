import { ParleyError, type Audit, type Clock, type PluginDatabase } from '@parley/plugin-api'
import type { Bots, BotSummary } from '../../api/index.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { isUuid, newId } from '../ids.ts'
import type { BotChange, BotRow, BotStore } from './bot-store.ts'

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

  constructor({ db, botStore, accounts, audit, clock }: Parts) {
    this.#parts = { db, botStore, accounts, audit, clock }
  }

  async get(idOrNumber: string | number): Promise<BotSummary | undefined> {
    const row = await this.#row(idOrNumber)
    return row && summary(row)
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
    return summary(await this.required(id))
  }

  async change(id: string, version: number, change: BotChange): Promise<BotRow> {
    const { db, botStore, accounts, audit, clock } = this.#parts
    const before = await this.required(id)
    const batch = db.batch()
    await botStore.update(before.id, version, change, clock.now(), batch)
    await audit.record({ action: 'bot.update', object: { type: 'bot', id: before.id, title: before.name }, before: audited(before), after: change }, { within: batch })
    await batch.commit()
    // accounts of a bot that is off are off
    accounts.forgetAll()
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
  }

  async required(idOrNumber: string | number): Promise<BotRow> {
    const row = await this.#row(idOrNumber)
    if (row === undefined) throw new ParleyError('not_found', `The bot "${idOrNumber}" does not exist. Open Settings, Bots, to see those that do.`)
    return row
  }

  async #row(idOrNumber: string | number): Promise<BotRow | undefined> {
    const { botStore } = this.#parts
    const text = String(idOrNumber)
    if (/^[1-9]\d{0,8}$/.test(text)) return await botStore.byNumber(Number(text))
    return isUuid(text) ? await botStore.byId(text) : undefined
  }
}

const summary = ({ id, number, name, active, language }: BotRow): BotSummary => ({ id, number, name, active, language })
const audited = ({ name, language, active, constants }: BotRow): object => ({ name, language, active, constants })
