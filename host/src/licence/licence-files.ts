import { existsSync, readdirSync, readFileSync, watch, type FSWatcher } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { isPublicKeyText, type LicenceProblem } from '@parley/kernel'
import type { LicenceFiles } from '@parley/services'
import type { Installation } from '../installation.ts'

type Place = Pick<Installation, 'root' | 'host'>

/** Where licence files are looked for: the one that the configuration names, else two usual places. */
export function licencePaths({ root, host }: Place, dataDir: string): readonly string[] {
  const { file } = host.host.licence
  return file === undefined ? [join(root, 'config', 'licence.json'), join(dataDir, 'licence.json')] : [resolve(root, file)]
}

export async function readLicenceFiles(place: Place, dataDir: string): Promise<LicenceFiles> {
  const found: { text: string; origin: string }[] = []
  const problems: LicenceProblem[] = []
  for (const path of licencePaths(place, dataDir)) {
    const origin = shortName(place.root, path)
    try {
      found.push({ text: readFileSync(path, 'utf8'), origin })
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? String(error)
      if (why !== 'ENOENT') {
        const text = `The licence in ${origin} cannot be read (${why}). Give this process the right to read it.`
        problems.push({ code: 'unreadable', text, values: { origin, why } })
      } else if (place.host.host.licence.file !== undefined) {
        const text = `There is no licence file ${origin}. Correct host.licence.file, or put the licence there.`
        problems.push({ code: 'absent', text, values: { origin } })
      }
    }
  }
  return { found, problems }
}

/** Public keys that came with this distribution (`config/licence/keys/*.pub`) and those of the configuration. */
export function licenceKeys({ root, host }: Place): readonly string[] {
  const folder = join(root, 'config', 'licence', 'keys')
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.pub')) : []
  const shipped = files.sort().map((name) => readFileSync(join(folder, name), 'utf8').trim())
  return [...new Set([...shipped.filter(isPublicKeyText), ...host.host.licence.keys])]
}

/** Calls back when something in the folders of the files changes. Polling finds what a file system does not tell. */
export function watchLicenceFiles(paths: readonly string[], changed: () => void): () => void {
  const watchers: FSWatcher[] = []
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    if (!existsSync(folder)) continue
    try {
      // the folder, because a file that is replaced by another is lost to a watcher of the file
      watchers.push(watch(folder, { persistent: false }, changed).on('error', () => undefined))
    } catch {
      // no watchers left, or a file system without them
    }
  }
  return () => watchers.forEach((watcher) => watcher.close())
}

const shortName = (root: string, path: string): string => {
  const short = relative(root, path)
  return short.startsWith('..') ? path : short
}
