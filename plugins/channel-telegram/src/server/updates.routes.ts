import { timingSafeEqual } from 'node:crypto'
import { ParleyError, type Queue, type RouteBuilder } from '@parley/plugin-api'
import { jsonPayload, type ChannelAccounts, type Inbox } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import { callbackId } from './receive.ts'

interface UpdatesCradle {
  readonly accounts: ChannelAccounts
  readonly inbox: Inbox
  readonly queue: Queue
}

export const updateRoutes = (http: RouteBuilder<UpdatesCradle>) => [
  http.post(
    '/:account',
    { auth: 'webhook', params: z.object({ account: z.uuid() }), summary: 'Updates of the Bot API' },
    async ({ params, rawBody, headers }, { accounts, inbox, queue }) => {
      const account = await accounts.get(params.account)
      if (account === undefined || account.channel !== 'telegram') throw new ParleyError('not_found', 'No Telegram account receives at this address.')
      if (!same(headers['x-telegram-bot-api-secret-token'] ?? '', account.secret)) {
        throw new ParleyError('bad_signature', 'The secret token is missing or wrong. Save the account again: that sets the webhook anew.')
      }
      const payload = jsonPayload(rawBody)
      await inbox.receive(params.account, payload, { raw: rawBody })
      const pressed = callbackId(payload)
      // Until it is answered the button on the client's phone spins; nothing is lost when this job is.
      if (pressed !== undefined) await queue.add('answer-callback', { accountId: params.account, callbackId: pressed })
      return {}
    },
  ),
]

const same = (given: string, expected: string): boolean => {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
