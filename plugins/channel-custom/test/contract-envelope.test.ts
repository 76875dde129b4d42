import clients from '@parley/plugin-clients'
import conversations from '@parley/plugin-conversations'
import { channelContract } from '@parley/test-kit/channel-contract'
import plugin from '../src/server/plugin.ts'
import { envelopeProvider, signingSecret } from './envelope-provider.ts'

channelContract({
  name: 'The custom channel with signed envelopes',
  plugins: [clients, conversations, plugin],
  channel: 'custom_channel',
  account: (origin) => ({ custom_channel_url: `${origin}/in`, format: 'standard_webhooks', secret: signingSecret }),
  provider: envelopeProvider,
})
