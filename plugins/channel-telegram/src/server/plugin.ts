import { definePlugin } from '@parley/plugin-api'
import { channelAccounts, channels, inbox } from '@parley/plugin-conversations/api'
import { asClass } from 'awilix'
import { z } from 'zod'
import { LongPoll } from './long-poll.ts'
import { TelegramClient } from './telegram-client.ts'
import { TelegramDriver } from './telegram-driver.ts'
import { updateRoutes } from './updates.routes.ts'

export default definePlugin({
  id: 'channel-telegram',
  consumes: { inbox, accounts: channelAccounts },
  services: {
    telegramClient: asClass(TelegramClient).singleton(),
    driver: asClass(TelegramDriver).singleton(),
    longPoll: asClass(LongPoll).singleton(),
  },
  contributes: (add) => [add(channels, 'telegram', ({ driver }) => driver)],
  routes: updateRoutes,
  jobs: (job) => [
    job(
      'answer-callback',
      { payload: z.object({ accountId: z.uuid(), callbackId: z.string() }), attempts: 2 },
      async ({ accountId, callbackId }, { accounts, driver }, signal) => {
        const account = await accounts.get(accountId)
        if (account !== undefined) await driver.answerCallback(callbackId, account, signal)
      },
    ),
  ],
  connectors: (connector) => [
    connector('long-poll', { keys: ({ longPoll }) => longPoll.keys(), run: (key, { longPoll }, signal) => longPoll.run(key, signal) }),
  ],
})
