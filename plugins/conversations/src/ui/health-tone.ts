import type { Tone } from '@parley/ui-kit'
import type { Health } from './bot-types.ts'

const tones = { ok: 'positive', warning: 'warning', broken: 'danger', unchecked: 'neutral' } as const
const day = 86_400_000
/** Before the end of a token, in which somebody has to get a new one. */
const soon = 14 * day

interface Shown {
  readonly active: boolean
  readonly health: Pick<Health, 'state' | 'credentialsEndAt'>
}

/** When the token of an account ends, once that is soon; `days` are whole ones, and negative when it has ended. */
export const credentialsEnd = ({ credentialsEndAt }: Shown['health'], now = Date.now()): { at: Date; days: number } | undefined => {
  if (credentialsEndAt === undefined) return undefined
  const at = new Date(credentialsEndAt)
  const left = at.getTime() - now
  return left > soon ? undefined : { at, days: Math.floor(left / day) }
}

const stateOf = (health: Shown['health']): Health['state'] =>
  health.state === 'ok' && credentialsEnd(health) !== undefined ? 'warning' : health.state

/** The colour of an account's dot; one that is off is grey, whatever it was. */
export const healthTone = ({ active, health }: Shown): Tone => (active ? tones[stateOf(health)] : 'neutral')

/** The key of the word beside the dot. */
export const healthWord = ({ active, health }: Shown): string => `health.${active ? stateOf(health) : 'off'}`
