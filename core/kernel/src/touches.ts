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
  /** Lists that its package leaves out, where its code was not imported either: they are empty because nobody knows. */
  readonly unsaid?: readonly string[]
}

const lists = ['consumes', 'optional', 'provides', 'owns', 'contributes', 'permissions'] as const

/** By its code when that was imported, else what its package says of itself. */
export function touchesOf(declared: Declared | undefined, manifest: PluginManifest | undefined): PluginTouches {
  const said: Partial<PluginTouches> = declared ? manifestLists(declared.spec, declared.contributions) : (manifest ?? {})
  const { consumes = [], optional = [], provides = [], owns = [], contributes = [] } = said
  const unsaid = declared ? [] : lists.filter((list) => manifest?.[list] === undefined)
  return { consumes, optional, provides, owns, contributes, ...(unsaid.length === 0 ? {} : { unsaid }) }
}
