import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Declared } from '@parley/kernel'
import type { PluginManifest } from '@parley/plugin-api'

export interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly type?: string
  readonly exports?: unknown
  readonly files?: readonly string[]
  readonly workspaces?: unknown
  readonly parley?: object
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** A file of the plugin, `/` between folders. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** A plugin as the rules see it. */
export interface CheckedPlugin {
  readonly root: string
  readonly packageJson: PackageJson
  readonly manifest: PluginManifest
  /** Everything below `src`, tests left out. */
  readonly sources: readonly SourceFile[]
  /** What its built code declares; `undefined` when it could not be loaded. */
  readonly declared: Declared | undefined
  has(path: string): boolean
}

export const readSources = async (directory: string): Promise<SourceFile[]> => {
  const root = resolve(directory)
  if (!existsSync(join(root, 'src'))) return []
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !/\.test\.\w+$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    files.sort().map(async (file) => ({ path: file.slice(root.length + 1).replaceAll('\\', '/'), text: await readFile(file, 'utf8') })),
  )
}
