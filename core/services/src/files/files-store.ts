import type { Migrations, PluginDatabase, StoredFile } from '@parley/plugin-api'

export const filesMigrations: Migrations = {
  '20261120T0910_files_files': {
    async up(db) {
      await db.raw(`
        CREATE TABLE files (
          id uuid PRIMARY KEY,
          plugin text COLLATE "C" NOT NULL,
          name text NOT NULL,
          type text COLLATE "C" NOT NULL,
          size bigint NOT NULL,
          sha256 text COLLATE "C" NOT NULL,
          created_at timestamptz NOT NULL
        )`)
    },
  },
}

interface Row {
  id: string
  name: string
  type: string
  size: string
  sha256: string
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

export class FilesStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  async insert(file: StoredFile, plugin: string, now: Date): Promise<void> {
    const { id, name, type, size, sha256 } = file
    await this.#db.query('INSERT INTO {files} (id, plugin, name, type, size, sha256, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      id,
      plugin,
      name,
      type,
      size,
      sha256,
      now,
    ])
  }

  async find(id: string): Promise<StoredFile | undefined> {
    if (!uuid.test(id)) return undefined
    const [row] = await this.#db.query<Row>('SELECT id, name, type, size, sha256 FROM {files} WHERE id = $1', [id])
    return row === undefined ? undefined : { ...row, size: Number(row.size) }
  }

  /** True when there was such a file. */
  async remove(id: string): Promise<boolean> {
    if (!uuid.test(id)) return false
    return (await this.#db.query('DELETE FROM {files} WHERE id = $1 RETURNING id', [id])).length === 1
  }
}
