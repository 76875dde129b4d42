import { isParleyError, type Clock } from '@parley/plugin-api'
import { requestProblem, type ChannelAccount, type ChannelDriver, type OutboundMessage, type SendResult } from '../../api/index.ts'
import { noAnswer } from '../words.ts'

/** One call of a driver. It always has an outcome: what is not known is `unknown`, never a guess. */
export const attempt = (
  driver: ChannelDriver,
  message: OutboundMessage,
  account: ChannelAccount,
  { clock, seconds }: { readonly clock: Clock; readonly seconds: number },
): Promise<SendResult> =>
  new Promise((resolve) => {
    const timeout = new AbortController()
    const cancel = clock.after(seconds * 1000, () => {
      timeout.abort(new Error('the driver took too long'))
      resolve({ outcome: 'unknown', reason: noAnswer(seconds) })
    })
    const end = (result: SendResult): void => {
      cancel()
      resolve(result)
    }
    const fail = (error: unknown): void => end(outcomeOf(error))
    try {
      driver.send(message, account, timeout.signal).then(end, fail)
    } catch (error) {
      fail(error)
    }
  })

const outcomeOf = (error: unknown): SendResult => {
  const reason = requestProblem(error)
  if (isParleyError(error, 'outbound_refused')) return { outcome: 'refused', reason, retry: true }
  if (isParleyError(error, 'outbound_blocked')) return { outcome: 'refused', reason, retry: false, accountProblem: true }
  return { outcome: 'unknown', reason }
}
