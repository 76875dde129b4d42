import { randomUUID } from 'node:crypto'
import type { Clock, Files, Logger, PluginDatabase, StoredFile } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { Middleware } from 'koa'
import { Disk } from './disk.ts'
import { FilesStore } from './files-store.ts'
import { serveFile } from './serve-file.ts'
import { createSignedUrls } from './signed-url.ts'

export interface FilesOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly clock: Clock
  readonly log: Logger
  /** On the disk of this machine, or one that all processes share. */
  readonly folder: string
  /** Sign the links; the first signs, all verify. `secrets.forPlugin('files').deriveAll('urls')` */
  readonly keys: readonly Uint8Array[]
}

export interface FilesService {
  /** The plugin is noted as the owner; any plugin may read by id. */
  forPlugin(plugin: string): Files
  /** Serves `/files/…`; mount it there. */
  readonly middleware: Middleware
  /** Removes what uploads that were cut off have left. */
  start(): Promise<void>
}

const usualMaxBytes = 100 * 1024 * 1024
const longestName = 200

/** A name for people: no path, no control characters, not too long. */
const safeName = (name: string): string => {
  const last = name.split(/[/\\]/).at(-1)!
  const plain = last.replaceAll(/[\p{Cc}\p{Surrogate}\u202a-\u202e\u2066-\u2069]/gu, '').trim()
  if (plain === '' || plain === '.' || plain === '..') return 'file'
  if (plain.length <= longestName) return plain
  const extension = /\.[\w-]{1,16}$/.exec(plain)?.[0] ?? ''
  return plain.slice(0, longestName - extension.length).replace(/\p{Surrogate}$/u, '') + extension
}

const safeType = (type: string): string => {
  const plain = type.split(';', 1)[0]!.trim().toLowerCase()
  return /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(plain) ? plain : 'application/octet-stream'
}

/** Files of all plugins: bytes in a folder, what is known about them in PostgreSQL. */
export const createFiles = ({ database, clock, log, folder, keys }: FilesOptions): FilesService => {
  const store = new FilesStore(database.host)
  const disk = new Disk(folder)
  const urls = createSignedUrls(keys)

  return {
    middleware: serveFile({ store, disk, urls, clock }),
    start: async () => await disk.sweep(clock.now()),
    forPlugin: (plugin) => ({
      async put({ name, type, content, maxBytes = usualMaxBytes }) {
        const id = randomUUID()
        const written = await disk.write(id, content, maxBytes)
        const file: StoredFile = { id, name: safeName(name), type: safeType(type), ...written }
        try {
          await store.insert(file, plugin, clock.now())
        } catch (error) {
          await disk.remove(id)
          throw error
        }
        return file
      },
      get: (id) => store.find(id),
      async read(id) {
        const file = await store.find(id)
        if (file === undefined) throw new ParleyError('not_found', `The file "${id}" does not exist or was removed.`)
        return disk.read(file.id)
      },
      async remove(id) {
        if (!(await store.remove(id))) return
        await disk.remove(id).catch((error: unknown) => log.warn('file left on the disk', { file: id, error }))
      },
      url: (file, options) => {
        const expires = options?.expiresIn === undefined ? undefined : Math.floor(clock.now().getTime() / 1000) + options.expiresIn
        return urls.sign({ id: file.id, name: safeName(file.name) }, expires)
      },
    }),
  }
}
