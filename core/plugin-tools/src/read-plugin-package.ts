import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginManifest } from '@parley/plugin-api'

export interface PluginPackage {
  readonly name: string
  readonly version: string
  readonly parley: PluginManifest
}

/** @internal The package.json of a plugin, with a sentence for what is missing. */
export async function readPluginPackage(directory: string): Promise<PluginPackage> {
  const path = join(directory, 'package.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) throw new Error(`There is no ${path}. Run this in the directory of a plugin, or name the directory.`)
  const found = JSON.parse(text) as Partial<PluginPackage>
  if (typeof found.parley?.id !== 'string') throw new Error(`${path} has no "parley" block with an "id", so it is no plugin of Parley.`)
  return found as PluginPackage
}
