import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { archiveLimits, megabytes, type ArchiveLimits } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { Parser, type ReadEntry } from 'tar'
import { EntryCheck } from './archive-entry.ts'
import { hashContent, type FileHashes } from './file-hashes.ts'

/** An npm tarball in memory. Nothing was written: what is wrong with one leaves no trace. */
export interface PluginArchive {
  /** As npm writes it: `sha512-…` of the tarball. */
  readonly tarball: string
  /** Path below `package/` -> content. */
  readonly files: ReadonlyMap<string, Buffer>
  readonly hashes: FileHashes
}

/** Reads a tarball made by `npm pack`; refuses every entry that is not a plain file or folder below `package/`. */
export async function readArchive(file: string, limits: ArchiveLimits = archiveLimits): Promise<PluginArchive> {
  const refuse = (reason: string): ParleyError => new ParleyError('invalid_config', `${basename(file)} is refused: ${reason}.`)
  const { size } = await stat(file)
  if (size > limits.packed) throw refuse(`it has ${megabytes(size)} and may have ${megabytes(limits.packed)}`)
  const packed = await readFile(file)
  const files = await entriesOf(await unzip(packed, limits, refuse), limits, refuse)
  return {
    tarball: `sha512-${createHash('sha512').update(packed).digest('base64')}`,
    files,
    hashes: new Map([...files].map(([name, content]) => [name, hashContent(content)])),
  }
}

async function unzip(packed: Buffer, limits: ArchiveLimits, refuse: (reason: string) => ParleyError): Promise<Buffer> {
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: limits.unpacked })
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw refuse(tooLarge ? `unpacked it has more than ${megabytes(limits.unpacked)}` : 'it is no tarball made by npm pack')
  }
}

async function entriesOf(tar: Buffer, limits: ArchiveLimits, refuse: (reason: string) => ParleyError): Promise<Map<string, Buffer>> {
  // What is inside must be a plain archive: the parser would unpack another layer without a limit.
  if (tar.length < 512 || layers.some((magic) => tar.subarray(0, magic.length).equals(magic))) throw refuse('it is no tarball made by npm pack')
  const contents: Promise<readonly [string, Buffer]>[] = []
  const check = new EntryCheck(limits.files)
  await new Promise<void>((resolve, reject) => {
    const onReadEntry = (entry: ReadEntry): void => {
      const path = check.accept(entry)
      if (path === undefined) entry.resume()
      else contents.push(entry.concat().then((content) => [path, content] as const))
    }
    const parser = new Parser({ strict: true, onReadEntry })
    parser.on('end', resolve)
    parser.on('error', (error: Error) => reject(refuse(`it is damaged (${error.message})`)))
    parser.end(tar)
  })
  const problem = check.problem()
  if (problem !== undefined) throw refuse(problem)
  return new Map(await Promise.all(contents))
}

const layers = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])]
