import clients from '@parley/plugin-clients'
import conversations from '@parley/plugin-conversations'
import { channelContract } from '@parley/test-kit/channel-contract'
import plugin from '../src/server/plugin.ts'
import { inputToken, telegramLikeProvider } from './telegram-like-provider.ts'

channelContract({
  name: 'The custom channel in its documented format',
  plugins: [clients, conversations, plugin],
  channel: 'custom_channel',
  account: (origin) => ({ custom_channel_url: `${origin}/in`, access_token: 'access-token-of-the-contract', input_token: inputToken }),
  provider: telegramLikeProvider,
})
