import { randomBytes } from 'node:crypto'
import {
  ParleyError,
  type Audit,
  type Clock,
  type Logger,
  type Metrics,
  type Points,
  type PluginDatabase,
  type SchemaPlace,
  type Secrets,
  type Site,
} from '@parley/plugin-api'
import { channels, type AccountHealth, type ChannelAccount, type ChannelAccounts, type ChannelDriver } from '../../api/index.ts'
import { isUuid, newId } from '../ids.ts'
import { ShortCache } from '../short-cache.ts'
import { noDriver, shownHealth, type ShownHealth } from '../words.ts'
import { maskConfig, openConfig, sealConfig, secretsOf, secretsSet, showConfig } from './account-secrets.ts'
import type { AccountRow, AccountStore } from './account-store.ts'
import { keepSecrets } from './keep-secrets.ts'
import { complete, validConfig } from './valid-config.ts'

/** An account as a screen sees it. */
export interface AccountView {
  readonly id: string
  readonly botId: string
  readonly channel: string
  readonly title: string
  /** Secrets as marks, `{ $saved: '…' }`, which keep them when they are sent back. */
  readonly config: Readonly<Record<string, unknown>>
  /** Places of the secrets that are set, such as `token` and `proxy.password`. */
  readonly secretsSet: readonly string[]
  readonly webhookUrl: string
  readonly active: boolean
  readonly health: ShownHealth
  readonly version: number
}

export interface AccountDraft {
  readonly botId: string
  readonly channel: string
  readonly title: string
  readonly config: Readonly<Record<string, unknown>>
  readonly active?: boolean
}

interface Parts {
  readonly accountStore: AccountStore
  readonly db: PluginDatabase
  readonly points: Points
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: Audit
  readonly log: Logger
  readonly site: Site
  readonly metrics: Metrics
}

/** Accounts of channels: their forms, secrets, addresses and health. */
export class Accounts implements ChannelAccounts {
  readonly #parts: Parts
  readonly #one: ShortCache<ChannelAccount | undefined>
  readonly #lists: ShortCache<ChannelAccount[]>
  readonly #healthChanges: ReturnType<Metrics['counter']>
  #learnedUrl: string | undefined

  constructor({ accountStore, db, points, secrets, clock, audit, log, site, metrics }: Parts) {
    this.#parts = { accountStore, db, points, secrets, clock, audit, log, site, metrics }
    this.#one = new ShortCache(clock)
    this.#lists = new ShortCache(clock)
    this.#healthChanges = metrics.counter('account_health_changes_total', 'Changes of the health of channel accounts', ['channel', 'state'])
  }

  /** Where people reach this installation, in case the deployer did not say. */
  learnUrl(origin: string): void {
    this.#learnedUrl = origin
  }

  /** Where this installation is, when anybody said so. */
  get url(): string | undefined {
    return this.#parts.site.publicUrl ?? this.#learnedUrl
  }

  /** An address of this installation as it is seen from outside. */
  absolute(path: string): string {
    return new URL(path, this.url ?? 'http://localhost:3000').href
  }

  driver(channel: string): ChannelDriver | undefined {
    return this.#parts.points.get(channels).get(channel)
  }

  get(accountId: string): Promise<ChannelAccount | undefined> {
    return this.#one.get(accountId, () => this.#load(accountId))
  }

  list(filter: { readonly botId?: string; readonly channel?: string } = {}): Promise<ChannelAccount[]> {
    return this.#lists.get(JSON.stringify([filter.botId, filter.channel]), async () =>
      (await this.#parts.accountStore.list(filter)).map((row) => this.#open(row)),
    )
  }

  async create({ botId, channel, title, config, active = true }: AccountDraft): Promise<ChannelAccount> {
    const { accountStore, clock, db, secrets } = this.#parts
    const [driver, now] = [this.#driverOf(channel), clock.now()]
    const valid = await validConfig(driver, config)
    const row = {
      id: newId(now),
      botId,
      channel,
      title,
      config: sealConfig(valid, secretsOf(driver.accountSchema), secrets),
      secret: secrets.seal(randomBytes(32).toString('base64url')),
      active,
      createdAt: now,
    }
    const batch = db.batch()
    await accountStore.insert(row, batch)
    await this.#parts.audit.record(
      { action: 'account.create', object: { type: 'account', id: row.id, title }, after: this.#audited(row, driver) },
      { within: batch },
    )
    await batch.commit()
    this.forget()
    return (await this.get(row.id))!
  }

  async change(
    id: string,
    version: number,
    change: { title?: string | undefined; config?: Readonly<Record<string, unknown>> | undefined; active?: boolean | undefined },
    { exact = false }: { readonly exact?: boolean } = {},
  ): Promise<ChannelAccount> {
    const { accountStore, clock, db, secrets } = this.#parts
    const before = await this.#row(id)
    const driver = this.driver(before.channel)
    const form = secretsOf(driver?.accountSchema)
    const config =
      change.config === undefined
        ? undefined
        : sealConfig(
            await validConfig(this.#driverOf(before.channel), exact ? change.config : this.#kept(change.config, before, form)),
            form,
            secrets,
          )
    const changed = {
      ...(change.title === undefined ? {} : { title: change.title }),
      ...(change.active === undefined ? {} : { active: change.active }),
      ...(config === undefined ? {} : { config }),
    }
    const batch = db.batch()
    await accountStore.update(id, version, changed, clock.now(), batch)
    await this.#parts.audit.record(
      {
        action: 'account.update',
        object: { type: 'account', id, title: change.title ?? before.title },
        before: this.#audited(before, driver),
        after: this.#audited({ ...before, ...changed }, driver),
      },
      { within: batch },
    )
    await batch.commit()
    this.forget()
    return (await this.get(id))!
  }

  async remove(id: string): Promise<void> {
    const { accountStore, audit, db } = this.#parts
    const row = await this.#row(id)
    const batch = db.batch()
    await accountStore.remove(id, batch)
    await audit.record(
      { action: 'account.delete', object: { type: 'account', id, title: row.title }, before: this.#audited(row, this.driver(row.channel)) },
      { within: batch },
    )
    await batch.commit()
    this.forget()
  }

  /** With `version`, only while the account is still the one that was looked at. */
  async report(accountId: string, health: AccountHealth, version?: number): Promise<void> {
    const channel = await this.#parts.accountStore.setHealth(accountId, health, this.#parts.clock.now(), version)
    if (channel === undefined) return
    this.#parts.log.info('the health of a channel account changed', { accountId, state: health.state })
    this.#healthChanges.add({ channel, state: health.state })
  }

  /** An account as entered and not saved; with `id`, secrets left empty are the saved ones. */
  async draft(draft: AccountDraft & { readonly id?: string | undefined }): Promise<ChannelAccount> {
    const driver = this.#driverOf(draft.channel)
    const saved = draft.id === undefined ? undefined : await this.#row(draft.id)
    // its secrets are for its own provider
    if (saved !== undefined && saved.channel !== draft.channel)
      throw new ParleyError('invalid_input', `The channel account "${saved.id}" is one of "${saved.channel}". Check its settings as such.`)
    const form = secretsOf(driver.accountSchema)
    const entered = saved === undefined ? draft.config : this.#kept(draft.config, saved, form)
    const id = draft.id ?? newId(this.#parts.clock.now())
    return {
      id,
      botId: draft.botId,
      channel: draft.channel,
      title: draft.title,
      config: await validConfig(driver, entered),
      webhookUrl: this.#webhookUrl(driver, { id, botId: draft.botId }),
      secret: saved === undefined ? '' : this.#parts.secrets.open(saved.secret),
      active: false,
    }
  }

  /** The saved account, not from the cache; throws `not_found`. */
  async saved(id: string): Promise<ChannelAccount & Pick<AccountRow, 'version'>> {
    const row = await this.#row(id)
    return { ...this.#open(row), version: row.version }
  }

  async view(id: string): Promise<AccountView> {
    return this.#view(await this.#row(id))
  }

  async views(botId?: string): Promise<AccountView[]> {
    return (await this.#parts.accountStore.list({ botId })).map((row) => this.#view(row))
  }

  /** After a change in this process; others see it when their copies are too old. */
  forget(): void {
    this.#one.clear()
    this.#lists.clear()
  }

  #kept(entered: AccountDraft['config'], before: AccountRow, form: SchemaPlace): AccountDraft['config'] {
    return keepSecrets(entered, { sealed: before.config, opened: this.#open(before).config }, form, this.#parts.secrets)
  }

  async #row(id: string): Promise<AccountRow> {
    const row = isUuid(id) ? await this.#parts.accountStore.get(id) : undefined
    if (row === undefined)
      throw new ParleyError('not_found', `The channel account "${id}" does not exist. Open the bot's channels to see those that do.`)
    return row
  }

  async #load(id: string): Promise<ChannelAccount | undefined> {
    const row = isUuid(id) ? await this.#parts.accountStore.get(id) : undefined
    return row && this.#open(row)
  }

  #open(row: AccountRow): ChannelAccount {
    const driver = this.driver(row.channel)
    return {
      id: row.id,
      botId: row.botId,
      channel: row.channel,
      title: row.title,
      config: complete(openConfig(row.config, this.#parts.secrets), driver),
      webhookUrl: driver === undefined ? '' : this.#webhookUrl(driver, row),
      secret: this.#parts.secrets.open(row.secret),
      active: row.active && row.botActive,
    }
  }

  #view(row: AccountRow): AccountView {
    const driver = this.driver(row.channel)
    const form = secretsOf(driver?.accountSchema)
    return {
      id: row.id,
      botId: row.botId,
      channel: row.channel,
      title: row.title,
      config: showConfig(row.config, form),
      secretsSet: secretsSet(row.config, form),
      webhookUrl: driver === undefined ? '' : this.#webhookUrl(driver, row),
      active: row.active,
      health: shownHealth(driver === undefined ? noDriver(row.channel) : row.health),
      version: row.version,
    }
  }

  #audited(row: Pick<AccountRow, 'title' | 'config' | 'active' | 'channel' | 'botId'>, driver: ChannelDriver | undefined): object {
    const config = maskConfig(row.config, secretsOf(driver?.accountSchema))
    return { title: row.title, channel: row.channel, botId: row.botId, active: row.active, config }
  }

  #webhookUrl(driver: ChannelDriver, account: { readonly id: string; readonly botId: string }): string {
    const path = driver.webhookPath({ id: account.id, botId: account.botId })
    return path === '' ? '' : this.absolute(path)
  }

  #driverOf(channel: string): ChannelDriver {
    const driver = this.driver(channel)
    if (driver !== undefined) return driver
    const known = [...this.#parts.points.get(channels).keys()].join(', ')
    throw new ParleyError('invalid_input', `There is no channel "${channel}". Choose one of: ${known || 'none is enabled'}.`)
  }
}
