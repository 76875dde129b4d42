import { checkConfig } from './config/check-config.ts'
import { isObject } from './config/config-merge.ts'
import type { LoadedConfig } from './config/load-config.ts'
import { didYouMean } from './config/suggestion.ts'
import { pluginOf, readDeclarations } from './declared.ts'
import type { InstalledPlugin } from './installed-plugin.ts'
import type { Decisions } from './decisions.ts'
import type { Licensing } from './licence/licensing.ts'
import { incompatibility, manifestMismatch } from './manifest/check-manifest.ts'
import type { PluginRecord } from './plugin-record.ts'
import { runInContext } from './work-context.ts'

export interface SelectionRules {
  readonly config: LoadedConfig
  readonly licensing: Licensing
  readonly decisions: Decisions
}

/** Decides, without running any code, which plugins are imported at all. */
export function selectPlugin(record: PluginRecord, installed: InstalledPlugin, { config, licensing, decisions }: SelectionRules): void {
  const incompatible = record.manifest && incompatibility(record.manifest)
  const refusal = licensing.refusal(record)
  record.decision = decisions.of(record.id)
  if (partOf(config, record.id)['enabled'] === false) record.become('disabled', disabledReason(record.id, config))
  else if (record.decision) {
    record.notLoaded = true
    record.become(record.decision.state, record.decision.reason)
  } else if (installed.withheld) record.become(installed.withheld.state, installed.withheld.reason)
  else if (incompatible !== undefined) record.become('incompatible', incompatible)
  // one that ended is loaded, to come back with a renewal; it is suspended as soon as it is initialised
  else if (refusal?.kind === 'missing') record.become('unlicensed', refusal.reason)
}

function disabledReason(id: string, config: LoadedConfig): string {
  const origin = config.origin(['plugins', id, 'enabled'])
  return `it is disabled${origin === undefined ? '' : ` in ${origin}`} (plugins.${id}.enabled: false)`
}

export async function importPlugin(record: PluginRecord, installed: InstalledPlugin): Promise<void> {
  record.phase = 'import'
  try {
    const plugin = pluginOf(await runInContext({ plugin: record.id, requestId: 'import' }, () => installed.load()))
    const declared = readDeclarations(plugin)
    const mismatch = record.manifest ? manifestMismatch(record.manifest, plugin.spec, declared.contributions) : undefined
    if (mismatch === undefined) record.declared = declared
    else record.become('failed', `import failed: ${mismatch}`)
  } catch (error) {
    record.become('failed', `import failed: ${messageOf(error)}`)
  }
}

/** Validates the plugin's part of the configuration; answers everything that is wrong with it. */
export async function configurePlugin(record: PluginRecord, config: LoadedConfig): Promise<readonly string[]> {
  if (record.state !== 'registered' || !record.declared) return []
  record.phase = 'configure'
  const part = partOf(config, record.id)['config']
  const path = ['plugins', record.id, 'config']
  const schema = record.declared.spec.config
  if (!schema) {
    if (part === undefined || (isObject(part) && Object.keys(part).length === 0)) return []
    return [`${path.join('.')}: "${record.id}" takes no configuration. Remove it.`]
  }
  const checked = await checkConfig(schema, part ?? {}, path, (at) => config.origin(at))
  record.config = checked.value
  return checked.problems
}

/** Mistakes in `plugins.<id>` that belong to no plugin's own part. */
export function checkPluginEntries(config: LoadedConfig, ids: readonly string[]): string[] {
  const entries = config.values['plugins']
  if (!isObject(entries)) return []
  return Object.keys(entries).flatMap((id) => {
    if (ids.includes(id)) return []
    const origin = config.origin(['plugins', id])
    return [`plugins.${id}${origin === undefined ? '' : ` in ${origin}`}: there is no plugin "${id}".${didYouMean(id, ids)}`]
  })
}

const partOf = (config: LoadedConfig, id: string): Readonly<Record<string, unknown>> => {
  const entries = config.values['plugins']
  const entry = isObject(entries) ? entries[id] : undefined
  return isObject(entry) ? entry : {}
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
