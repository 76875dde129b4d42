import type { Tone } from '@parley/ui-kit'
import type { Health } from './bot-types.ts'

const tones = { ok: 'positive', warning: 'warning', broken: 'danger', unchecked: 'neutral' } as const

/** The colour of an account's dot; one that is off is grey, whatever it was. */
export const healthTone = ({ active, health }: { active: boolean; health: Pick<Health, 'state'> }): Tone => (active ? tones[health.state] : 'neutral')

/** The key of the word beside the dot. */
export const healthWord = ({ active, health }: { active: boolean; health: Pick<Health, 'state'> }): string =>
  `health.${active ? health.state : 'off'}`
