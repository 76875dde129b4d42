/** A file by its path in the archive, with `/`. */
export interface ArchivedFile {
  readonly path: string
  readonly text: string
}

/** What stands in the archive may be much larger than the archive. */
const most = 32 * 1024 * 1024
const signatures = { file: 0x04034b50, directory: 0x02014b50, end: 0x06054b50 } as const
const headSizes = { file: 30, directory: 46, end: 22 } as const
/** Names are UTF-8. */
const utf8Flag = 0x0800
/** The first of January 1980, as early as an archive can say: the same files are the same bytes. */
const date = 0x21

/** Why an archive could not be read. */
export class ArchiveError extends Error {
  readonly reason: 'notZip' | 'tooLarge' | 'empty'

  constructor(reason: ArchiveError['reason']) {
    super(reason)
    this.reason = reason
  }
}

const checksum = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

const head = (size: number, numbers: readonly (readonly [at: number, bytes: 2 | 4, value: number])[]): Uint8Array<ArrayBuffer> => {
  const view = new DataView(new ArrayBuffer(size))
  for (const [at, bytes, value] of numbers)
    if (bytes === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
  return new Uint8Array(view.buffer)
}

/** A ZIP archive that every system opens; texts are small, so nothing is compressed. */
export function writeArchive(files: readonly ArchivedFile[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = []
  const directory: Uint8Array<ArrayBuffer>[] = []
  const encoder = new TextEncoder()
  let offset = 0
  for (const { path, text } of files) {
    const [name, content] = [encoder.encode(path), encoder.encode(text)]
    const common = (at: number) =>
      [
        [at, 2, 20],
        [at + 2, 2, utf8Flag],
        [at + 8, 2, date],
        [at + 10, 4, checksum(content)],
        [at + 14, 4, content.length],
        [at + 18, 4, content.length],
        [at + 22, 2, name.length],
      ] as const
    parts.push(head(headSizes.file, [[0, 4, signatures.file], ...common(4)]), name, content)
    directory.push(head(headSizes.directory, [[0, 4, signatures.directory], [4, 2, 20], ...common(6), [42, 4, offset]]), name)
    offset += headSizes.file + name.length + content.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = head(headSizes.end, [
    [0, 4, signatures.end],
    [8, 2, files.length],
    [10, 2, files.length],
    [12, 4, size],
    [16, 4, offset],
  ])
  return new Blob([...parts, ...directory, end], { type: 'application/zip' })
}

const inflated = async (bytes: Uint8Array<ArrayBuffer>, limit: number): Promise<Uint8Array<ArrayBuffer>> => {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > limit) {
      await reader.cancel()
      throw new ArchiveError('tooLarge')
    }
    chunks.push(value)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}

const isWanted = (path: string): boolean => /\.ya?ml$/.test(path) && !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')

/** An archive of a folder has the folder's name in front of every path. */
const withoutFolder = (files: readonly ArchivedFile[]): ArchivedFile[] => {
  const [first] = files[0]?.path.split('/') ?? []
  const wrapped = files.every(({ path }) => path.startsWith(`${first}/`) && path.split('/').length > 3)
  return wrapped ? files.map(({ path, text }) => ({ path: path.slice(first!.length + 1), text })) : [...files]
}

/** The YAML files of a ZIP archive. */
export async function readArchive(archive: Blob): Promise<ArchivedFile[]> {
  const bytes = new Uint8Array(await archive.arrayBuffer())
  try {
    return withoutFolder(await filesIn(bytes))
  } catch (error) {
    throw error instanceof ArchiveError ? error : new ArchiveError('notZip')
  }
}

async function filesIn(bytes: Uint8Array<ArrayBuffer>): Promise<ArchivedFile[]> {
  const view = new DataView(bytes.buffer)
  let end = bytes.length - headSizes.end
  // behind it a comment may stand
  while (end >= 0 && view.getUint32(end, true) !== signatures.end) end--
  if (end < 0) throw new ArchiveError('notZip')
  const files: ArchivedFile[] = []
  let left = most
  let at = view.getUint32(end + 16, true)
  for (let index = 0; index < view.getUint16(end + 10, true); index++) {
    if (view.getUint32(at, true) !== signatures.directory) throw new ArchiveError('notZip')
    const [method, size, nameLength] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint16(at + 28, true)]
    const path = new TextDecoder().decode(bytes.subarray(at + headSizes.directory, at + headSizes.directory + nameLength))
    const local = view.getUint32(at + 42, true)
    at += headSizes.directory + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    if (!isWanted(path)) continue
    const start = local + headSizes.file + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    const packed = bytes.slice(start, start + size)
    const content = method === 0 ? packed : await inflated(packed, left)
    left -= content.length
    if (left < 0) throw new ArchiveError('tooLarge')
    files.push({ path, text: new TextDecoder('utf-8', { fatal: true }).decode(content) })
  }
  return files
}
