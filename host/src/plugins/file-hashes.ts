import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ParleyError } from '@parley/plugin-api'

/** File, with `/` between folders -> sha512 of its content in hex. */
export type FileHashes = ReadonlyMap<string, string>

const ofOthers = new Set(['node_modules', '.git'])

export const hashContent = (content: Buffer | string): string => createHash('sha512').update(content).digest('hex')

/**
 * The files of a plugin's folder. `sealed`: all of them, for a folder that Parley unpacked itself; otherwise packages installed beside a plugin
 * in development are left out.
 */
export async function hashFiles(directory: string, sealed = false): Promise<FileHashes> {
  const names = await filesOf(directory, '', sealed ? new Set() : ofOthers)
  return new Map(await Promise.all(names.map(async (name) => [name, hashContent(await readFile(join(directory, name)))] as const)))
}

/** `sha512-…` over names and contents, whatever the order a file system lists them in. */
export function integrityOf(files: FileHashes): string {
  const hash = createHash('sha512')
  for (const name of [...files.keys()].sort()) hash.update(`${name}\0${files.get(name)}\n`)
  return `sha512-${hash.digest('base64')}`
}

export const directoryIntegrity = async (directory: string): Promise<string> => integrityOf(await hashFiles(directory))

async function filesOf(directory: string, below: string, ignored: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true })
  const files = await Promise.all(
    entries
      .filter((entry) => !ignored.has(entry.name))
      .map((entry) => {
        const name = below === '' ? entry.name : `${below}/${entry.name}`
        if (entry.isDirectory()) return filesOf(directory, name, ignored)
        if (entry.isFile()) return [name]
        // What a link leads to may change without the folder changing.
        throw new ParleyError('invalid_config', `${join(directory, name)} is a link or no file. A plugin is made of files.`)
      }),
  )
  return files.flat()
}
