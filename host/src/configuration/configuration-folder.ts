import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { ParleyError } from '@parley/plugin-api'
import type { ConfigurationFile } from '@parley/services'

/** All YAML files of a folder; what begins with a dot (`.git`) and everything else is none of ours. */
export async function readFolder(folder: string): Promise<ConfigurationFile[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new ParleyError('invalid_input', `There is no folder "${folder}". "parley config export ${folder}" makes it.`)
  })
  const paths = names
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')))
  return await Promise.all(paths.sort().map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })))
}

export interface WrittenFolder {
  readonly written: number
  readonly removed: number
}

/** Makes the folder as exported: what is the same is not touched, and files of kinds that are not known here stay. */
export async function writeFolder(
  folder: string,
  { files, kinds }: { readonly files: readonly ConfigurationFile[]; readonly kinds: readonly string[] },
): Promise<WrittenFolder> {
  await mkdir(folder, { recursive: true })
  const there = new Map((await readFolder(folder)).map(({ path, text }) => [path, text]))
  const next = new Set(files.map(({ path }) => path))
  const stale = [...there.keys()].filter((path) => !next.has(path) && kinds.includes(dirname(path)))
  // first, because a name that changed only its capitals is the same file on some disks
  for (const path of stale) await rm(join(folder, path))
  let written = 0
  for (const { path, text } of files) {
    if (there.get(path) === text) continue
    const at = resolve(folder, path)
    await mkdir(dirname(at), { recursive: true })
    await writeFile(at, text)
    written += 1
  }
  return { written, removed: stale.length }
}
