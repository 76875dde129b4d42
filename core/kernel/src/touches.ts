import type { PluginManifest } from '@parley/plugin-api'
import type { Declared } from './declared.ts'
import { manifestLists } from './manifest/check-manifest.ts'

/** What a plugin has to do with others, by the ids of tokens and points. */
export interface PluginTouches {
  readonly consumes: readonly string[]
  readonly optional: readonly string[]
  readonly provides: readonly string[]
  readonly owns: readonly string[]
  readonly contributes: readonly string[]
}

/** By its code when that was imported, else what its package says of itself. */
export function touchesOf(declared: Declared | undefined, manifest: PluginManifest | undefined): PluginTouches {
  const said: Partial<PluginTouches> = declared ? manifestLists(declared.spec, declared.contributions) : (manifest ?? {})
  const { consumes = [], optional = [], provides = [], owns = [], contributes = [] } = said
  return { consumes, optional, provides, owns, contributes }
}
