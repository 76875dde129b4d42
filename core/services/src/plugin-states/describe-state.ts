import type { PluginHandle } from '@parley/kernel'
import type { PluginDecision } from './plugin-state-store.ts'

export interface DescribedState {
  /** `disabled` and `quarantined` also where the code is still loaded. */
  readonly state: string
  readonly reason?: string
  readonly decision?: {
    readonly state: PluginDecision['state']
    readonly reason?: string
    readonly by?: string
    readonly at: string
    readonly crashes: readonly string[]
  }
  readonly loaded: boolean
  readonly waitsForRestart: boolean
}

type Handle = Pick<PluginHandle, 'state' | 'reason' | 'decision' | 'waitsForRestart'>

/** The state of a plugin as people mean it. */
export const stateOf = ({ state, decision }: Handle): string => decision?.state ?? state

export function describeState(plugin: Handle, decision: PluginDecision | undefined): DescribedState {
  const { state, reason, waitsForRestart = false } = plugin
  const shown = plugin.decision === undefined ? undefined : decision
  return {
    state: stateOf(plugin),
    ...(reason === undefined ? {} : { reason }),
    ...(shown === undefined
      ? {}
      : {
          decision: {
            state: shown.state,
            ...(shown.reason === undefined ? {} : { reason: shown.reason }),
            ...(shown.by === undefined ? {} : { by: shown.by }),
            at: shown.at.toISOString(),
            crashes: shown.crashes.map((crash) => crash.toISOString()),
          },
        }),
    loaded: plugin.decision !== undefined && state === 'suspended',
    waitsForRestart,
  }
}
