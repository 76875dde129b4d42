import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ParleyError } from '@parley/plugin-api'
import { parseManifest, type BackupManifest } from './backup-manifest.ts'

const manifestName = 'manifest.json'
/** In the form of `sha256sum -c`, so that anybody can check a backup without Parley. */
const hashesName = 'SHA256SUMS'

/** A backup that is being written. It has its name when it is complete and on the disk; until then it is `<name>.unfinished`. */
export class BackupWriter {
  readonly folder: string
  readonly #unfinished: string
  readonly #hashes = new Map<string, string>()

  private constructor(folder: string) {
    this.folder = folder
    this.#unfinished = `${folder}.unfinished`
  }

  static async begin(folder: string): Promise<BackupWriter> {
    for (const taken of [folder, `${folder}.unfinished`]) {
      if (!existsSync(taken)) continue
      throw new ParleyError('conflict', `"${taken}" exists already. Name another folder, or remove it.`)
    }
    const writer = new BackupWriter(folder)
    await mkdir(dirname(folder), { recursive: true })
    // everything that people wrote is in here
    await mkdir(writer.#unfinished, { mode: 0o700 })
    return writer
  }

  /** Answers the hash of what was written. */
  async add(name: string, content: Readable | Buffer | string, ...through: NodeJS.ReadWriteStream[]): Promise<{ sha256: string; bytes: number }> {
    const path = join(this.#unfinished, name)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    let bytes = 0
    const counted = new PassThrough().on('data', (chunk: Buffer) => {
      hash.update(chunk)
      bytes += chunk.length
    })
    const source = typeof content === 'string' || Buffer.isBuffer(content) ? Readable.from([content]) : content
    await pipeline([source, ...through, counted, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })])
    const sha256 = hash.digest('hex')
    this.#hashes.set(name, sha256)
    return { sha256, bytes }
  }

  async finish(manifest: Omit<BackupManifest, 'hashes'>): Promise<void> {
    await this.add(manifestName, `${JSON.stringify({ ...manifest, hashes: this.#hashes.size + 1 }, undefined, 1)}\n`)
    await this.add(hashesName, [...this.#hashes].map(([name, hash]) => `${hash}  ${name}\n`).join(''))
    await rename(this.#unfinished, this.folder)
    const parent = await open(dirname(this.folder), 'r')
    await parent.sync().finally(() => parent.close())
  }

  async giveUp(): Promise<void> {
    await rm(this.#unfinished, { recursive: true, force: true })
  }
}

/** A backup whose every file was read and is as it was written. */
export class BackupReader {
  readonly folder: string
  readonly manifest: BackupManifest
  readonly #names: readonly string[]

  private constructor(folder: string, manifest: BackupManifest, names: readonly string[]) {
    this.folder = folder
    this.manifest = manifest
    this.#names = names
  }

  static async open(folder: string): Promise<BackupReader> {
    const [text, list] = await Promise.all([manifestName, hashesName].map((name) => readFile(join(folder, name), 'utf8'))).catch((cause: unknown) => {
      const hint = folder.endsWith('.unfinished') ? ' It was never finished.' : ''
      throw new ParleyError('invalid_input', `"${folder}" is no backup: it has no ${manifestName} or no ${hashesName}.${hint}`, { cause })
    })
    const hashes = [...list!.matchAll(/^([\da-f]{64}) {2}(.+)$/gm)].map(([, hash, name]) => ({ hash: hash!, name: name! }))
    const there = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isDirectory()).length
    const damaged = (what: string): ParleyError =>
      new ParleyError('invalid_input', `The backup is damaged, and nothing was changed: ${what}. Use another one.`)
    for (const { hash, name } of hashes) {
      if (name.split('/').includes('..') || name.startsWith('/')) throw damaged(`"${name}" is a name outside of it`)
      const found = await hashOf(join(folder, name))
      if (found === undefined) throw damaged(`"${name}" is missing`)
      if (found !== hash) throw damaged(`"${name}" is not as it was written`)
    }
    const manifest = parseManifest(text!)
    if (hashes.length !== manifest.hashes || there !== manifest.hashes + 1) throw damaged(`it has ${there - 1} files instead of ${manifest.hashes}`)
    return new BackupReader(
      folder,
      manifest,
      hashes.map(({ name }) => name),
    )
  }

  /** Names below a part of it, without that part. */
  below(part: string): readonly string[] {
    return this.#names.filter((name) => name.startsWith(`${part}/`)).map((name) => name.slice(part.length + 1))
  }

  has(name: string): boolean {
    return this.#names.includes(name)
  }

  path(name: string): string {
    return join(this.folder, name)
  }
}

export async function hashOf(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
