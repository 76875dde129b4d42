import type { PluginHandle } from '@parley/kernel'
import { routesRefused } from '@parley/services'
import { notice, problem, type Finding } from './finding.ts'

/** Plugins that would not run, each with what to do. Those that lack a licence are told with the licences. */
export const pluginFindings = (plugins: readonly PluginHandle[]): readonly Finding[] =>
  plugins.flatMap((plugin) => (plugin.state === 'registered' || plugin.state === 'unlicensed' ? [] : [findingOf(plugin)]))

function findingOf({ id, state, reason = 'nobody said why', decision }: PluginHandle): Finding {
  if (state === 'quarantined') return problem(`"${id}" is in quarantine: ${reason}. When that is mended: parley plugins release ${id}`)
  if (state === 'disabled') {
    const decided = decision?.reason === reason
    return notice(
      decided ? `"${id}" is disabled: ${reason}. To let it run: parley plugins enable ${id}` : `"${id}": ${reason}. To let it run, change that.`,
    )
  }
  const clash = reason.startsWith(routesRefused)
  const rest = clash ? ` Until its author has done so, do without one of them, such as: parley plugins disable ${id}` : ''
  return problem(`"${id}" is ${state}: ${reason}${rest}`)
}
