import type { PluginSet } from '../claims/index.ts'
import type { Instance } from './plugin-set-store.ts'

/** A process, as people read of it. */
export const processName = ({ machine, pid }: Pick<Instance, 'machine' | 'pid'>): string => `${machine} (process ${pid})`

/** Plugin -> what other processes have instead, a sentence for each that differs; empty when all run the same. */
export function pluginDifferences(own: PluginSet, others: readonly Instance[]): ReadonlyMap<string, readonly string[]> {
  const differences = new Map<string, string[]>()
  for (const other of others) {
    if (other.set.hash === own.hash) continue
    for (const id of new Set([...Object.keys(own.plugins), ...Object.keys(other.set.plugins)])) {
      const theirs = other.set.plugins[id]
      if (theirs === own.plugins[id]) continue
      const sentence = `${processName(other)} ${theirs === undefined ? 'does not have it' : `has ${theirs}`}`
      differences.set(id, [...(differences.get(id) ?? []), sentence])
    }
  }
  return differences
}

/**
 * Why a process should get no work yet, or `undefined`; `live` has the oldest first: processes that are older run other plugins, none of them runs this set, and no rollout
 * announced it. So a rollout goes on and a process with the wrong files stays out. Older processes are never held back: that would stop a service
 * that works.
 */
export function heldBack(self: Instance, live: readonly Instance[], announced: string | undefined): string | undefined {
  const older = live.slice(0, live.indexOf(self))
  if (older.length === 0 || self.set.hash === announced || older.some(({ set }) => set.hash === self.set.hash)) return undefined
  const differences = [...pluginDifferences(self.set, older)].map(([id, sentences]) => `"${id}": ${own(self, id)}, ${sentences[0]}`)
  return (
    `its plugins are not those of the processes that run already, and no rollout announced them (${differences.join('; ')}). ` +
    'Correct its files or config/plugins.lock.yaml, or announce them by "parley migrate".'
  )
}

const own = ({ set }: Instance, id: string): string =>
  set.plugins[id] === undefined ? 'this process does not have it' : `this process has ${set.plugins[id]}`
