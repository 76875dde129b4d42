import type { PluginHandle } from '@parley/kernel'
import type { Clock } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'

const longestWait = 5000
const pause = 50

/** Why a plugin cannot take a request. The reason of a failure may name hosts and files, so it is shown to administrators only. */
export const unavailable = ({ id, state, decision }: PluginHandle): ParleyError =>
  decision === undefined && (state === 'unlicensed' || state === 'suspended')
    ? new ParleyError('not_licensed', `The licence does not include "${id}" at present. Ask your administrator to renew or extend it.`)
    : new ParleyError('plugin_unavailable', `"${id}" does not run (${decision?.state ?? state}). An administrator sees why at /system/plugins.`)

/** What comes from outside is still stored for a plugin that only rests; the code of one in quarantine may do harm, and channels come again. */
const mayReceive = ({ state, decision }: PluginHandle): boolean => state === 'suspended' && decision?.state !== 'quarantined'

/** Passes when the plugin runs, or takes in what comes from outside; while the host still starts, waits for it a little. */
export const waitUntilRunning = async (plugin: PluginHandle, clock: Clock, receiving = false): Promise<void> => {
  const until = clock.now().getTime() + longestWait
  while (plugin.state === 'registered' && clock.now().getTime() < until) await clock.sleep(pause)
  if (plugin.state !== 'running' && !(receiving && mayReceive(plugin))) throw unavailable(plugin)
}
