import { timingSafeEqual } from 'node:crypto'
import { ParleyError, type Clock, type RouteBuilder } from '@parley/plugin-api'
import type { Bots, ChannelAccount, ChannelAccounts, Inbox, Receipt } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import { customChannel } from '../api/index.ts'
import type { CustomConfig } from './account.ts'
import { secretsOf } from './custom-driver.ts'
import { signatureProblem } from './standard-webhooks.ts'

interface HooksCradle {
  readonly accounts: ChannelAccounts
  readonly bots: Bots
  readonly inbox: Inbox
  readonly clock: Clock
}

type Headers = Readonly<Record<string, string | undefined>>

export const hookRoutes = (http: RouteBuilder<HooksCradle>) => [
  http.post(
    '/:account',
    { auth: 'webhook', params: z.object({ account: z.uuid() }), summary: 'Messages of another system, by account' },
    async ({ params, rawBody, headers }, { accounts, inbox, clock }) => {
      const account = genuine(await accounts.get(params.account), rawBody, headers, clock.now())
      return receiptOf(await inbox.receive(account.id, rawBody))
    },
  ),
  http.post(
    '/bots/:bot/hooks',
    {
      auth: 'webhook',
      params: z.object({ bot: z.string().max(64) }),
      aliases: ['/messengers_host/:bot/custom_channel/hooks'],
      summary: 'The documented address: messages of another system, by bot',
    },
    async ({ params, rawBody, headers }, { accounts, bots, inbox, clock }) => {
      const bot = await bots.get(params.bot)
      const ofBot = bot === undefined ? [] : await accounts.list({ botId: bot.id, channel: customChannel })
      const receiving = ofBot.find(({ active }) => active)
      const account = genuine(receiving, rawBody, headers, clock.now())
      return receiptOf(await inbox.receive(account.id, rawBody))
    },
  ),
]

/** The account whose messages these are, verified on the raw bytes. */
const genuine = (account: ChannelAccount<CustomConfig> | undefined, raw: Buffer, headers: Headers, now: Date): ChannelAccount<CustomConfig> => {
  if (account === undefined || account.channel !== customChannel || !account.active) {
    throw new ParleyError('not_found', 'No active custom channel receives at this address. Look it up in Settings, Bots, Channels.')
  }
  mustBeGenuine(account.config, raw, headers, now)
  return account
}

const receiptOf = ({ stored, duplicates }: Receipt) => ({ ok: true, stored, duplicates })

const mustBeGenuine = (config: CustomConfig, raw: Buffer, headers: Headers, now: Date): void => {
  if (config.format === 'standard_webhooks') {
    const problem = signatureProblem(secretsOf(config), headers, raw, now)
    if (problem !== undefined) throw new ParleyError('bad_signature', `${problem} Nothing was stored.`)
  } else if (config.input_token !== undefined && !same(headers['x-access-token'] ?? '', config.input_token)) {
    throw new ParleyError('bad_signature', 'The header x-access-token is missing or wrong. Nothing was stored.')
  }
}

const same = (given: string, expected: string): boolean => {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
