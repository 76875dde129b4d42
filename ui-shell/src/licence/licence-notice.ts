import type { Licence, LicenceStatus } from './licence-status.ts'

/** What people who answer for the installation are told on every page. */
export interface LicenceNotice {
  /** The same as long as nothing new has to be said: what was put aside stays aside. */
  readonly id: string
  readonly tone: 'info' | 'warning' | 'danger'
  /** Below `shell.licence.notice`. */
  readonly key: 'problem' | 'ended' | 'grace' | 'restart' | 'ending' | 'trial'
  readonly values: Readonly<Record<string, string | number>>
  readonly dismissible: boolean
}

/** The most urgent thing there is to say, if anything. */
export function noticeOf({ problems, licences, plugins }: LicenceStatus): LicenceNotice | undefined {
  const [problem] = problems
  if (problem) return { id: `problem ${problem.text}`, tone: 'danger', key: 'problem', values: {}, dismissible: false }
  for (const state of ['ended', 'grace'] as const) {
    const licence = licences.find((one) => one.state === state)
    if (licence) return { id: `${licence.id} ${state}`, tone: 'danger', key: state, values: valuesOf(licence), dismissible: false }
  }
  const waiting = plugins.filter(({ needsRestart }) => needsRestart).length
  if (waiting > 0) return { id: 'restart', tone: 'info', key: 'restart', values: { count: waiting }, dismissible: false }
  const ending = licences.filter(({ warning }) => warning !== undefined).toSorted((one, other) => (one.daysLeft ?? 0) - (other.daysLeft ?? 0))[0]
  if (!ending) return undefined
  const urgent = ending.warning === 1 || ending.warning === 7
  return {
    id: `${ending.id} ${ending.warning}`,
    tone: urgent ? 'warning' : 'info',
    key: ending.trial ? 'trial' : 'ending',
    values: valuesOf(ending),
    dismissible: ending.warning !== 1,
  }
}

const valuesOf = ({ customer, daysLeft = 0 }: Licence) => ({ customer, count: daysLeft })
