import { useText } from '@parley/ui-sdk'
import type { Health } from './bot-types.ts'
import { credentialsEnd } from './health-tone.ts'

/** The sentence that warns of a token's end; nothing while that is far. */
export function useCredentialsEnd() {
  const { t, locale } = useText()
  return (health: Health): string | undefined => {
    const end = credentialsEnd(health)
    if (end === undefined) return undefined
    const date = new Intl.DateTimeFormat(locale.value, { dateStyle: 'long' }).format(end.at)
    if (end.days > 0) return t('health.tokenEnds', { count: end.days, date })
    return t(end.days === 0 ? 'health.tokenEndsToday' : 'health.tokenEnded', { date })
  }
}
