import type { PluginHandle } from '@parley/kernel'
import type { PluginDecision } from './plugin-state-store.ts'

/** A decision as others are told of it. */
export interface DescribedDecision {
  readonly state: PluginDecision['state']
  readonly reason?: string
  readonly by?: string
  readonly at: string
  readonly crashes: readonly string[]
}

export interface DescribedState {
  /** `disabled` and `quarantined` also where the code is still loaded. */
  readonly state: string
  readonly reason?: string
  readonly decision?: DescribedDecision
  readonly loaded: boolean
  readonly waitsForRestart: boolean
}

type Handle = Pick<PluginHandle, 'state' | 'reason' | 'decision' | 'waitsForRestart'>

/** The state of a plugin as people mean it. */
export const stateOf = ({ state, decision }: Handle): string => decision?.state ?? state

export const describeDecision = ({ state, reason, by, at, crashes }: PluginDecision): DescribedDecision => ({
  state,
  ...(reason === undefined ? {} : { reason }),
  ...(by === undefined ? {} : { by }),
  at: at.toISOString(),
  crashes: crashes.map((crash) => crash.toISOString()),
})

export function describeState(plugin: Handle, decision: PluginDecision | undefined): DescribedState {
  const { state, reason, waitsForRestart = false } = plugin
  const shown = plugin.decision === undefined ? undefined : decision
  return {
    state: stateOf(plugin),
    ...(reason === undefined ? {} : { reason }),
    ...(shown === undefined ? {} : { decision: describeDecision(shown) }),
    loaded: plugin.decision !== undefined && state === 'suspended',
    waitsForRestart,
  }
}
