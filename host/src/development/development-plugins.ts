import { delimiter, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FoundPlugin } from '../plugins/installed-plugins.ts'
import { entryOf, readPackage } from '../plugins/plugin-package.ts'

/** Set by `parley dev` alone: the folders whose files are taken as they are. */
export const developmentVariable = 'PARLEY_DEVELOPMENT_PLUGINS'

type Variables = Readonly<Record<string, string | undefined>>

/** Whether this process was started by `parley dev`; never in production. */
export const isDevelopment = (environment: string, variables: Variables): boolean =>
  environment === 'development' && variables[developmentVariable] !== undefined

/** Plugins that somebody is writing. Nobody has approved their files, so nothing is compared; each takes the place of an installed one. */
export function developmentPlugins(variables: Variables): FoundPlugin[] {
  const folders = (variables[developmentVariable] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => {
    const directory = resolve(folder)
    const { manifest, version, content } = readPackage(directory)
    const load = (): Promise<unknown> => import(pathToFileURL(entryOf(directory, content)).href)
    return { id: manifest.id, version, manifest, directory, source: 'folder', load }
  })
}
