import { readFileSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { archiveLimits, megabytes, type ArchiveLimits } from '@parley/kernel'
import type { CheckedPlugin } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

/** What tells the author where code came from, and how it was built: it is not packed. */
export const notNeeded = /\.map$|(^|\/)\.[^/]+$/

/** A package that no host takes because it is too large. The same limits as those of `parley plugins add`. */
export function sizeFindings({ packed, unpacked, files }: ArchiveLimits): Finding[] {
  const over = [
    packed > archiveLimits.packed && `${megabytes(packed)} packed, and ${megabytes(archiveLimits.packed)} are allowed`,
    unpacked > archiveLimits.unpacked && `${megabytes(unpacked)} unpacked, and ${megabytes(archiveLimits.unpacked)} are allowed`,
    files > archiveLimits.files && `${files} files, and ${archiveLimits.files} are allowed`,
  ].filter((each) => each !== false)
  const fix = 'Leave out of "files" what the plugin does not need where it runs: parley plugins add refuses the package.'
  return over.map((each) => ({ rule: 'size', file: 'package.json', problem: `a package of its "files" has ${each}`, fix }))
}

/** Measures the files and folders that `files` names; patterns are measured when the plugin is packed. */
export async function sizeRule({ root, packageJson }: CheckedPlugin): Promise<Finding[]> {
  const listed = await Promise.all((packageJson.files ?? []).map((name) => filesBelow(join(root, name.replace(/\/\*{1,2}$/, '')))))
  const files = [...new Set(listed.flat())].filter((file) => !notNeeded.test(file.slice(root.length).replaceAll('\\', '/')))
  const sizes = files.map((file) => statSync(file).size)
  const sum = (bytes: readonly number[]): number => bytes.reduce((total, each) => total + each, 0)
  // as tar writes it: a head for each file, and whole blocks
  const unpacked = sum(sizes.map((size) => 512 + Math.ceil(size / 512) * 512))
  const small = unpacked <= archiveLimits.packed || unpacked > archiveLimits.unpacked
  return sizeFindings({ unpacked, files: files.length, packed: small ? 0 : sum(files.map((file) => gzipSync(readFileSync(file)).length)) })
}

async function filesBelow(path: string): Promise<string[]> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile()) return [path]
  if (!found?.isDirectory()) return []
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
