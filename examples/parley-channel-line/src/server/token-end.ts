import type { Clock } from '@parley/plugin-api'
import type { AccountConfig } from './account.ts'
import type { LineApi } from './line-api.ts'

const quick = { timeout: 5000 }

/**
 * When the channel access token ends. LINE has two places to ask: one for long-lived and short-lived tokens, one for those of version 2.1. Each refuses the
 * other's. `undefined` when neither says; the account works all the same.
 */
export async function tokenEnd(line: LineApi, config: AccountConfig, clock: Clock, signal: AbortSignal): Promise<string | undefined> {
  const token = config.channelAccessToken
  const first = await line.call(config, '/v2/oauth/verify', signal, { ...quick, method: 'POST', form: { access_token: token } })
  const answer = first.said === 'no' ? await line.call(config, `/oauth2/v2.1/verify?access_token=${encodeURIComponent(token)}`, signal, quick) : first
  const seconds: unknown = answer.said === 'yes' ? (answer.body as { expires_in?: unknown } | undefined)?.expires_in : undefined
  return typeof seconds === 'number' ? new Date(clock.now().getTime() + seconds * 1000).toISOString() : undefined
}
