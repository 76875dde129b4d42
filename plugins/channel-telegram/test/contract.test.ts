import clients from '@parley/plugin-clients'
import conversations from '@parley/plugin-conversations'
import { channelContract } from '@parley/test-kit/channel-contract'
import plugin from '../src/server/plugin.ts'
import { botApiProvider, botToken } from './bot-api-provider.ts'

channelContract({
  name: 'Telegram',
  plugins: [clients, conversations, plugin],
  channel: 'telegram',
  account: (origin) => ({ token: botToken, mode: 'webhook', apiRoot: origin }),
  provider: botApiProvider(),
})
