import {
  ParleyError,
  type Clock,
  type JsonSchema,
  type Logger,
  type PluginDatabase,
  type SettingsPage,
  type SettingsStore,
  type Transaction,
  secretMask,
} from '@parley/plugin-api'
import type { PluginHandle } from '@parley/kernel'
import type { AuditService } from '../audit/index.ts'
import { isSealed, type SecretsService } from '../secrets/index.ts'
import { dropRemovedSecrets, mapSecrets } from './secret-properties.ts'
import { readSettings, validateSettings } from './settings-schema.ts'
import { SettingsTable, type SettingsKey } from './settings-store.ts'

export interface SettingsOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly secrets: SecretsService
  readonly audit: AuditService
  readonly clock: Clock
  readonly log: Logger
}

/** A page as the administrator's form sees it: secrets masked. */
export interface ShownSettings {
  readonly value: unknown
  readonly version: number
}

export interface PluginPage {
  readonly plugin: string
  readonly page: SettingsPage
}

/** How long another process may still see the old value. Not LISTEN/NOTIFY: it does not pass through transaction poolers. */
const cacheFor = 2_000

/** What an administrator changes in the product, of all plugins. */
export class Settings {
  readonly #table: SettingsTable
  readonly #database: { readonly host: PluginDatabase }
  readonly #secrets: SecretsService
  readonly #audit: AuditService
  readonly #clock: Clock
  readonly #log: Logger
  readonly #cache = new Map<string, { until: number; value: Promise<unknown> }>()
  #plugins: readonly PluginHandle[] = []

  constructor({ database, secrets, audit, clock, log }: SettingsOptions) {
    this.#database = database
    this.#table = new SettingsTable(database.host)
    this.#secrets = secrets
    this.#audit = audit
    this.#clock = clock
    this.#log = log
  }

  /** The pages offered over HTTP are those of the plugins given here. */
  start(plugins: readonly PluginHandle[]): void {
    this.#plugins = plugins
  }

  forPlugin(plugin: string): SettingsStore {
    return {
      get: async <T>(page: SettingsPage<T>, scopeId?: string) => (await this.#get(plugin, page, scopeId)) as T,
      put: async (page, value, scopeId) => {
        const { version } = await this.#table.find(key(plugin, page, scopeId))
        await this.put({ plugin, page }, { value, version }, scopeId)
      },
    }
  }

  /** Pages of running plugins, in graph order. */
  pages(): readonly PluginPage[] {
    return this.#plugins
      .filter(({ state }) => state === 'running')
      .flatMap(({ id, declarations }) => declarations.settings.map((page) => ({ plugin: id, page })))
  }

  async show({ plugin, page }: PluginPage, scopeId?: string): Promise<ShownSettings> {
    const stored = await this.#table.find(key(plugin, page, scopeId))
    const value = await this.#read(plugin, page, stored.value)
    return { value: mapSecrets(inputSchema(page), value, () => secretMask), version: stored.version }
  }

  /** Everything that was ever saved of a running plugin's pages, secrets open: for the export of all settings. */
  async saved(plugin: string, within: Transaction): Promise<{ page: string; scopeId: string | undefined; value: unknown; defaults: unknown }[]> {
    const pages = new Map(this.pages().flatMap((one) => (one.plugin === plugin ? [[one.page.id, one.page] as const] : [])))
    const rows = (await this.#on(within).list(plugin)).filter(({ page }) => pages.has(page))
    return await Promise.all(
      rows.map(async ({ page: id, scopeId, value }) => {
        const page = pages.get(id)!
        const [read, defaults] = await Promise.all([this.#read(plugin, page, value), this.#read(plugin, page, undefined)])
        return { page: id, scopeId: page.scope === 'instance' ? undefined : scopeId, value: read, defaults }
      }),
    )
  }

  /** Saves whatever was saved before, as a part of a transaction. */
  async replace({ plugin, page }: PluginPage, value: unknown, scopeId: string | undefined, within: Transaction): Promise<void> {
    const { version } = await this.#on(within).find(key(plugin, page, scopeId))
    await this.put({ plugin, page }, { value, version }, scopeId, within)
  }

  /** A secret that is still the mask keeps what is stored; one that is `null` is removed. */
  async put({ plugin, page }: PluginPage, next: ShownSettings, scopeId?: string, within?: Transaction): Promise<ShownSettings> {
    const at = key(plugin, page, scopeId)
    const schema = inputSchema(page)
    const table = this.#on(within)
    const stored = await table.find(at)
    const opened = mapSecrets(
      schema,
      dropRemovedSecrets(schema, next.value),
      (secret, kept, path) => (secret === secretMask ? this.#kept(plugin, kept, path) : secret),
      stored.value,
    )
    const valid = await validateSettings(page, opened)
    const sealed = mapSecrets(schema, valid, (secret) => this.#owner(plugin).seal(secret))
    const mask = (value: unknown) => mapSecrets(schema, value, () => secretMask)
    const { host } = this.#database
    const batch = (within === undefined ? host : host.within(within)).batch()
    await table.save(at, { value: sealed, version: next.version, at: this.#clock.now() }, batch)
    await this.#audit.forPlugin(plugin).record(
      {
        action: 'settings.update',
        object: { type: 'settings', id: [plugin, page.id, ...(scopeId === undefined ? [] : [scopeId])].join('/'), title: page.title },
        before: stored.version === 0 ? undefined : mask(stored.value),
        after: mask(sealed),
      },
      { within: batch },
    )
    batch.afterCommit(() => this.#cache.delete(cacheKey(at)))
    await batch.commit()
    return { value: mask(valid), version: next.version + 1 }
  }

  async #get(plugin: string, page: SettingsPage, scopeId: string | undefined): Promise<unknown> {
    const at = key(plugin, page, scopeId)
    const now = this.#clock.now().getTime()
    const cached = this.#cache.get(cacheKey(at))
    if (cached !== undefined && cached.until > now) return cached.value
    const value = this.#table.find(at).then((stored) => this.#read(plugin, page, stored.value))
    const entry = { until: now + cacheFor, value }
    this.#cache.set(cacheKey(at), entry)
    value.catch(() => {
      // a failed read must not be answered for two seconds; a newer entry is not ours to drop
      if (this.#cache.get(cacheKey(at)) === entry) this.#cache.delete(cacheKey(at))
    })
    return value
  }

  #read(plugin: string, page: SettingsPage, stored: unknown): Promise<unknown> {
    const owner = this.#owner(plugin)
    const opened = mapSecrets(inputSchema(page), stored, (secret) => (isSealed(secret) ? owner.open(secret) : secret))
    return readSettings(page, opened, (paths) =>
      this.#log.warn('stored settings no longer fit their schema; defaults are used for them', { plugin, page: page.id, paths }),
    )
  }

  #kept(plugin: string, kept: string | undefined, path: string): string {
    if (kept !== undefined) return isSealed(kept) ? this.#owner(plugin).open(kept) : kept
    throw new ParleyError('invalid_input', `The secret at "${path}" has to be entered: nothing is stored for it.`)
  }

  #on(within: Transaction | undefined): SettingsTable {
    return within === undefined ? this.#table : new SettingsTable(this.#database.host.within(within))
  }

  #owner(plugin: string) {
    return this.#secrets.forPlugin(`settings:${plugin}`)
  }
}

/** @example const settings = createSettings({ database, secrets, audit, clock, log }); settings.start(kernel.plugins) */
export const createSettings = (options: SettingsOptions): Settings => new Settings(options)

export const inputSchema = (page: SettingsPage): JsonSchema => page.schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })

function key(plugin: string, page: SettingsPage, scopeId: string | undefined): SettingsKey {
  if (page.scope !== 'instance' && (scopeId === undefined || scopeId === '')) {
    throw new ParleyError('invalid_input', `The settings "${plugin}/${page.id}" belong to one ${page.scope}: name it with "scopeId".`)
  }
  return { plugin, page: page.id, scopeId: page.scope === 'instance' ? '' : scopeId! }
}

const cacheKey = ({ plugin, page, scopeId }: SettingsKey): string => `${plugin}/${page}/${scopeId}`
