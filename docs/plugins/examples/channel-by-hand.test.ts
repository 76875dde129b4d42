import telegram from '@parley/plugin-channel-telegram'
import clients from '@parley/plugin-clients'
import conversations from '@parley/plugin-conversations'
import { bots, channelAccounts, conversations as dialogs, outbox } from '@parley/plugin-conversations/api'
import { createTestHost, until } from '@parley/test-kit'
import { expect, test } from 'vitest'

test('a bot, an account, a webhook with its headers, an answer', async () => {
  await using host = await createTestHost({
    plugins: [clients, conversations, telegram],
    publicUrl: 'https://chat.example.com',
    outside: () => ({ body: { ok: true, result: { message_id: 7, id: 1, is_bot: true, first_name: 'Shop', username: 'shop_bot' } } }),
  })
  const bot = await host.service(bots).create({ name: 'Shop' })
  const config = { token: '123456789:AAtoken-of-the-tests-token-of-the-tests' }
  const { id, secret } = await host.service(channelAccounts).create({ botId: bot.id, channel: 'telegram', title: 'Shop', config })

  const message = {
    message_id: 1,
    date: 1_790_000_000,
    chat: { id: 42, type: 'private' },
    from: { id: 42, is_bot: false, first_name: 'Olena' },
    text: 'hi',
  }
  const telegramServer = host.http.with({ 'x-telegram-bot-api-secret-token': secret })
  expect((await telegramServer.post(`/hooks/channel-telegram/${id}`, { update_id: 1, message })).status).toBe(200)

  const conversation = await host.service(dialogs).open(id, '42')
  await host.service(outbox).send(conversation.id, [{ author: { kind: 'bot' }, content: { kind: 'text', text: 'hello' } }])
  await until(() => host.outbound.calls.some(({ url, text }) => url.endsWith('/sendMessage') && text?.includes('hello')))
})
