import clients from '@parley/plugin-clients'
import { channelContract } from '@parley/test-kit/channel-contract'
import conversations from '../src/server/plugin.ts'
import { bareAccount, bareChannel, bareProvider } from './bare-channel.ts'

channelContract({
  name: 'A channel of texts only',
  plugins: [clients, conversations, bareChannel],
  channel: 'bare',
  account: bareAccount,
  provider: bareProvider,
})
