import type { Kernel } from '@parley/kernel'
import type { ComposedHost } from '../../compose.ts'
import { notice, problem, type Finding } from './finding.ts'

type Asked = Pick<ComposedHost, 'licences' | 'found'> & { readonly kernel: Kernel }

/** Licences that do not count, that end, and the plugins that miss one. */
export async function licenceFindings({ licences, found, kernel }: Asked): Promise<readonly Finding[]> {
  const { licences: held, problems } = await licences.status(kernel)
  const states = new Map(kernel.plugins().map(({ id, state }) => [id, state]))
  return [
    ...problems.map(({ text }) => problem(text)),
    ...held.flatMap(({ id, customer, state, expires, suspendsAt, daysLeft, warning }) => {
      const which = `the licence "${id}" of ${customer}`
      if (state === 'ended') return [problem(`${which} expired on ${expires} and brings nothing any more. Renew it; no restart is needed.`)]
      const last = suspendsAt === undefined ? '' : ` on ${suspendsAt.slice(0, 10)}`
      if (state === 'grace')
        return [notice(`${which} expired on ${expires}; what it brings is suspended in ${days(daysLeft)},${last}. Renew it; no restart is needed.`)]
      return warning === undefined ? [] : [notice(`${which} ends in ${days(daysLeft)}, on ${expires}. Renew it; no restart is needed.`)]
    }),
    ...found.flatMap((plugin) => {
      const refusal = licences.licensing.refusal(plugin)
      // whoever disabled it does without it
      if (refusal === undefined || ['disabled', 'quarantined'].includes(states.get(plugin.id) ?? '')) return []
      const what = refusal.kind === 'ended' ? 'is suspended' : 'is not loaded'
      return [problem(`"${plugin.id}" ${what}: ${refusal.reason}. ${howToLicense(plugin.id, refusal.kind)}`)]
    }),
  ]
}

const howToLicense = (id: string, kind: 'missing' | 'ended'): string =>
  `${kind === 'ended' ? 'Put the renewal' : 'Put a licence that includes it'} into config/licence.json or upload it (Settings, Licence), or do without: parley plugins disable ${id}`

const days = (count = 0): string => (count === 1 ? '1 day' : `${count} days`)
