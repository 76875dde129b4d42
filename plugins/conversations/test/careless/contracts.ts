import clients from '@parley/plugin-clients'
import { channelContract } from '@parley/test-kit/channel-contract'
import conversations from '../../src/server/plugin.ts'
import { bareAccount, bareProvider } from '../bare-channel.ts'
import { carelessChannels } from './careless-channels.ts'

// Run by the test beside it, in a run of its own, which must fail.
for (const [name, { plugin }] of Object.entries(carelessChannels)) {
  channelContract({ name, plugins: [clients, conversations, plugin], channel: 'bare', account: bareAccount, provider: bareProvider })
}
