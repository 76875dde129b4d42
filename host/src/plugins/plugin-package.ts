import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { isObject, readManifest, type PackagedManifest } from '@parley/kernel'

/** A plugin's package.json: what the kernel reads of it, and the rest as its author wrote it. */
export interface PluginPackage extends PackagedManifest {
  readonly content: Readonly<Record<string, unknown>>
}

/** The package.json of a folder; throws one sentence when it is no plugin's. */
export function readPackage(directory: string): PluginPackage {
  const file = join(directory, 'package.json')
  if (!existsSync(file)) throw new Error(`there is no ${file}. Correct the path.`)
  return parsePackage(readFileSync(file, 'utf8'), file)
}

export function parsePackage(text: string, file: string): PluginPackage {
  const content = JSON.parse(text) as Readonly<Record<string, unknown>>
  const packaged = readManifest(content, file)
  for (const path of [entryPath(content), packaged.manifest.ui]) {
    if (path !== undefined && !isBelow('/plugin', path)) throw new Error(`${file} names "${path}", which is not inside the plugin.`)
  }
  return { ...packaged, content }
}

/** Where Node finds a package from the installation's folder, whether or not its `exports` name package.json. */
export function packageDirectory(root: string, name: string): string | undefined {
  const folders = createRequire(join(root, 'package.json')).resolve.paths(name) ?? []
  const found = folders.map((folder) => join(folder, name)).find((directory) => existsSync(join(directory, 'package.json')))
  return found && realpathSync(found)
}

/** The module that `exports["."]` names, as Node would choose it, relative to the package. */
export function entryPath({ exports, main }: Readonly<Record<string, unknown>>): string {
  const choose = (target: unknown): string | undefined => {
    if (typeof target === 'string') return target
    if (!isObject(target)) return undefined
    return choose(target['.'] ?? target['import'] ?? target['default'])
  }
  return choose(exports) ?? (typeof main === 'string' ? main : 'index.js')
}

export const entryOf = (directory: string, content: Readonly<Record<string, unknown>>): string => join(directory, entryPath(content))

const isBelow = (folder: string, path: string): boolean => join(folder, path).startsWith(folder + sep) && !/^[/\\]|:/.test(path)
