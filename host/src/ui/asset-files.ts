import { readFile, stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { ParleyError } from '@parley/plugin-api'
import { hashContent } from '../plugins/file-hashes.ts'

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
}
const compressible = new Set(['.js', '.mjs', '.css', '.json', '.map', '.svg'])

export type Encoding = 'br' | 'gzip' | 'identity'

export interface AssetFile {
  readonly type: string
  readonly encoding: Encoding
  readonly content: Buffer
}

/** Built files, compressed once. Their names carry their content's hash, so that what was read stays true. */
export class AssetFiles {
  readonly #files = new Map<string, { readonly changed: number; readonly content: Promise<AssetFile> }>()

  /** `undefined` when there is no such file. `approved`: the sha512 in hex without which it is refused. */
  async read(path: string, accepted: readonly Encoding[], approved?: string): Promise<AssetFile | undefined> {
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const extension = extname(path)
    const encoding = compressible.has(extension) ? (accepted.find((one) => one !== 'identity') ?? 'identity') : 'identity'
    const key = `${encoding} ${path}`
    const known = this.#files.get(key)
    if (known?.changed === found.mtimeMs) return known.content
    const content = load(path, encoding, approved)
    this.#files.set(key, { changed: found.mtimeMs, content })
    content.catch(() => this.#files.delete(key))
    return content
  }
}

async function load(path: string, encoding: Encoding, approved: string | undefined): Promise<AssetFile> {
  const plain = await readFile(path)
  if (approved !== undefined && hashContent(plain) !== approved)
    throw new ParleyError('plugin_unavailable', `The file ${basename(path)} was changed after its plugin was approved, and is not served.`)
  const content = await compressors[encoding](plain)
  return { type: types[extname(path)] ?? 'application/octet-stream', encoding, content }
}

export const compressors: Readonly<Record<Encoding, (plain: Buffer) => Promise<Buffer>>> = {
  br: (plain) => promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (plain) => promisify(gzip)(plain),
  identity: (plain) => Promise.resolve(plain),
}
