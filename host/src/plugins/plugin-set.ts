import { createHash } from 'node:crypto'
import { isObject, type ConfigObject } from '@parley/kernel'
import type { PluginSet } from '@parley/services'
import type { FoundPlugin } from './installed-plugins.ts'

/**
 * What this process would import. A plugin whose files are not as approved is not in it, so that such a process differs from the others;
 * what a licence or a quarantine decides is the same everywhere and changes nothing.
 */
export function pluginSetOf(found: readonly FoundPlugin[], config: ConfigObject): PluginSet {
  const entries = isObject(config['plugins']) ? config['plugins'] : {}
  const enabled = found.filter(({ id, withheld }) => {
    const entry = entries[id]
    return withheld?.state !== 'failed' && !(isObject(entry) && entry['enabled'] === false)
  })
  const plugins = Object.fromEntries(
    enabled
      .map(
        ({ id, version, approved }) =>
          [id, approved === undefined ? version : `${version} ${approved.integrity.slice(0, 'sha512-'.length + 12)}`] as const,
      )
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
  return { plugins, hash: createHash('sha256').update(JSON.stringify(plugins)).digest('hex').slice(0, 16) }
}
