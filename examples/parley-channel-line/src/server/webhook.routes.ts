import { createHmac, timingSafeEqual } from 'node:crypto'
import { ParleyError, type RouteBuilder } from '@parley/plugin-api'
import type { ChannelAccount, ChannelAccounts, Inbox } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import type { AccountConfig } from './account.ts'

interface WebhookCradle {
  readonly accounts: ChannelAccounts
  readonly inbox: Inbox
}

/** Verified on the raw bytes, stored, and only then acknowledged: what was acknowledged is never lost. */
export const webhookRoutes = (http: RouteBuilder<WebhookCradle>) => [
  http.post(
    '/:account',
    { auth: 'webhook', params: z.object({ account: z.uuid() }), summary: 'Events of LINE' },
    async ({ params, rawBody, headers }, { accounts, inbox }) => {
      const account: ChannelAccount<AccountConfig> | undefined = await accounts.get(params.account)
      if (account?.channel !== 'line') throw new ParleyError('not_found', 'No account receives at this address.')
      if (!isGenuine(rawBody, headers['x-line-signature'] ?? '', account.config.channelSecret))
        throw new ParleyError(
          'bad_signature',
          'The signature is missing or wrong. Compare the channel secret with the one in the LINE Developers Console.',
        )
      await inbox.receive(account.id, rawBody)
      return {}
    },
  ),
]

function isGenuine(body: Buffer, signature: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(body).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
