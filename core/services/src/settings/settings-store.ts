import type { Migrations, PluginDatabase, Within } from '@parley/plugin-api'

export const settingsMigrations: Migrations = {
  '20261120T0020_settings': {
    async up(db) {
      await db.raw(`
        CREATE TABLE settings (
          plugin text COLLATE "C" NOT NULL,
          page text COLLATE "C" NOT NULL,
          scope_id text COLLATE "C" NOT NULL DEFAULT '',
          value jsonb NOT NULL,
          version integer NOT NULL DEFAULT 1,
          updated_at timestamptz NOT NULL,
          PRIMARY KEY (plugin, page, scope_id)
        )`)
    },
  },
}

export interface SettingsKey {
  readonly plugin: string
  readonly page: string
  /** The bot's or account's id; `''` for the instance. */
  readonly scopeId: string
}

export interface StoredSettings {
  readonly value: unknown
  /** 0 while nothing was saved. */
  readonly version: number
}

export class SettingsTable {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  async find({ plugin, page, scopeId }: SettingsKey): Promise<StoredSettings> {
    const [row] = await this.#db.query<StoredSettings>('SELECT value, version FROM {settings} WHERE plugin = $1 AND page = $2 AND scope_id = $3', [
      plugin,
      page,
      scopeId,
    ])
    return row ?? { value: undefined, version: 0 }
  }

  async list(plugin: string): Promise<(Omit<SettingsKey, 'plugin'> & { value: unknown })[]> {
    return await this.#db.query('SELECT page, scope_id AS "scopeId", value FROM {settings} WHERE plugin = $1 ORDER BY page, scope_id', [plugin])
  }

  /** Refused with `stale_write` when somebody saved since `version` was read. */
  async save({ plugin, page, scopeId }: SettingsKey, next: { value: unknown; version: number; at: Date }, within: Within): Promise<void> {
    await this.#db.write(
      {
        text: `INSERT INTO {settings} AS s (plugin, page, scope_id, value, version, updated_at)
          VALUES ($1, $2, $3, $4::jsonb, $5::integer + 1, $6::timestamptz)
          ON CONFLICT (plugin, page, scope_id) DO UPDATE SET value = excluded.value, version = s.version + 1, updated_at = excluded.updated_at
          WHERE s.version = $5::integer`,
        values: [plugin, page, scopeId, JSON.stringify(next.value), next.version, next.at],
        expect: 1,
      },
      within,
    )
  }
}
