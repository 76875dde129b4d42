import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Header } from 'tar'

/** One entry of a tarball, honest or not. */
export interface TarEntry {
  readonly path: string
  readonly content?: string | Buffer
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO'
  readonly linkpath?: string
}

/** The bytes of a tar archive with just these entries; no tool would write most of those that tests need. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const body = Buffer.from(content)
    const block = Buffer.alloc(512)
    const header = new Header({ path, type, size: body.length, mode: 0o777, mtime: new Date(0), ...(linkpath === undefined ? {} : { linkpath }) })
    header.encode(block)
    return [block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

export function writeTarball(folder: string, name: string, entries: readonly TarEntry[]): string {
  const file = join(folder, name)
  writeFileSync(file, gzipSync(tarOf(entries)))
  return file
}

/** What `npm pack` makes of a small plugin. */
export function pluginEntries(id: string, { version = '1.0.0', spec = '', manifest = {}, name = `@toys/${id}` } = {}): TarEntry[] {
  const packageJson = {
    name,
    version,
    type: 'module',
    description: 'A toy',
    exports: { '.': './dist/plugin.js' },
    parley: { id, kind: 'feature', api: '^1.0', ...manifest },
  }
  return [
    { path: 'package/package.json', content: JSON.stringify(packageJson) },
    { path: 'package/dist/plugin.js', content: `export default { apiVersion: 1, spec: { id: '${id}', ${spec} } }\n` },
  ]
}

export const pluginTarball = (folder: string, id: string, options: Parameters<typeof pluginEntries>[1] = {}): string =>
  writeTarball(folder, `${id}-${options.version ?? '1.0.0'}.tgz`, pluginEntries(id, options))
