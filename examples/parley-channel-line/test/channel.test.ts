import clients from '@parley/plugin-clients'
import conversations from '@parley/plugin-conversations'
import { channelContract } from '@parley/test-kit/channel-contract'
import plugin from '../src/server/plugin.ts'
import { channelAccessToken, channelSecret, provider } from './provider.ts'

channelContract({
  name: 'LINE',
  plugins: [clients, conversations, plugin],
  channel: 'line',
  account: (origin) => ({ channelAccessToken, channelSecret, apiRoot: origin }),
  provider: provider(),
})
