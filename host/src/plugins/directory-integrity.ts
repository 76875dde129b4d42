import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ignored = new Set(['node_modules', '.git'])

/** `sha512-…` over the names and contents of all files of a plugin's folder, whatever the order the file system lists them in. */
export async function directoryIntegrity(directory: string): Promise<string> {
  const hash = createHash('sha512')
  for (const file of (await filesOf(directory, '')).sort()) {
    const content = createHash('sha512')
      .update(await readFile(join(directory, file)))
      .digest('hex')
    hash.update(`${file}\0${content}\n`)
  }
  return `sha512-${hash.digest('base64')}`
}

async function filesOf(directory: string, below: string): Promise<string[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true })
  const files = await Promise.all(
    entries
      .filter((entry) => !ignored.has(entry.name))
      .map((entry) => {
        const name = below === '' ? entry.name : `${below}/${entry.name}`
        return entry.isDirectory() ? filesOf(directory, name) : [name]
      }),
  )
  return files.flat()
}
