import { ParleyError, type Audit } from '@parley/plugin-api'
import type { PluginDecision, PluginStateStore } from './plugin-state-store.ts'

export interface StateWish {
  readonly plugin: string
  readonly state: 'enabled' | 'disabled' | 'quarantined'
  readonly reason?: string | undefined
  readonly by: string
  readonly at: Date
}

interface Parts {
  readonly known: PluginDecision | undefined
  readonly store: PluginStateStore
  readonly audit: Audit
}

/** What a person decides, on the screen or at the command line. */
export async function changeState({ plugin, state, reason, by, at }: StateWish, { known, store, audit }: Parts): Promise<void> {
  const object = { type: 'plugin', id: plugin, title: plugin }
  const before = known === undefined ? { state: 'enabled' } : told(known)
  if (state === 'enabled') {
    if (known === undefined)
      throw refusal('not_disabled', `"${plugin}" is neither disabled nor in quarantine here. /system/plugins says why it does not run.`)
    await store.forget(plugin)
    const action = known.state === 'disabled' ? 'plugin.enable' : 'plugin.release'
    return audit.record({ action, object, before, after: { state } })
  }
  const crashes = state === 'quarantined' && known?.state === 'quarantined' ? known.crashes : []
  const decision: PluginDecision = { plugin, state, by, at, crashes, reason: reason === '' ? undefined : reason }
  await store.decide(decision)
  await audit.record({ action: state === 'disabled' ? 'plugin.disable' : 'plugin.quarantine', object, before, after: told(decision) })
}

/** Without some plugins nobody could sign in to enable them again. */
export function refuseFoundation(plugin: string, states: { isFoundation(plugin: string): boolean }): void {
  if (!states.isFoundation(plugin)) return
  throw refusal(
    'needed',
    `Parley does not work without "${plugin}" (host.critical), so it stays enabled. Remove it from the configuration if you must.`,
  )
}

const told = ({ state, reason, by, at, crashes }: PluginDecision) => ({
  state,
  ...(reason === undefined ? {} : { reason }),
  ...(by === undefined ? {} : { by }),
  at: at.toISOString(),
  ...(crashes.length === 0 ? {} : { crashes: crashes.map((crash) => crash.toISOString()) }),
})

const refusal = (name: string, text: string): ParleyError => new ParleyError(`system/${name}`, text, { family: 'user', status: 409 })
