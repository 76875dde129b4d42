import { isParleyError, type Clock } from '@parley/plugin-api'
import type { ChannelAccount, ChannelDriver, OutboundMessage, SendResult } from '../../api/index.ts'

/** One call of a driver. It always has an outcome: what is not known is `unknown`, never a guess. */
export const attempt = async (
  driver: ChannelDriver,
  message: OutboundMessage,
  account: ChannelAccount,
  { clock, seconds }: { readonly clock: Clock; readonly seconds: number },
): Promise<SendResult> => {
  const timeout = new AbortController()
  const late: SendResult = { outcome: 'unknown', reason: `The channel did not answer within ${seconds} seconds.` }
  let cancel = (): void => undefined
  const ended = new Promise<SendResult>((resolve) => {
    cancel = clock.after(seconds * 1000, () => {
      timeout.abort(new Error('the driver took too long'))
      resolve(late)
    })
  })
  try {
    return await Promise.race([driver.send(message, account, timeout.signal), ended])
  } catch (error) {
    return outcomeOf(error)
  } finally {
    cancel()
  }
}

const outcomeOf = (error: unknown): SendResult => {
  const reason = error instanceof Error ? error.message : String(error)
  if (isParleyError(error, 'outbound_refused')) return { outcome: 'refused', reason, retry: true }
  if (isParleyError(error, 'outbound_blocked')) return { outcome: 'refused', reason, retry: false, accountProblem: true }
  return { outcome: 'unknown', reason }
}
