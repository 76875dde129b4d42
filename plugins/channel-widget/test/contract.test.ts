import clients from '@parley/plugin-clients'
import conversations from '@parley/plugin-conversations'
import { channelContract } from '@parley/test-kit/channel-contract'
import plugin from '../src/server/plugin.ts'
import { identitySecret, WidgetPages } from './widget-pages.ts'

channelContract({
  name: 'The website widget',
  plugins: [clients, conversations, plugin],
  channel: 'widget',
  receiptsUpTo: true,
  account: () => ({ title: 'Chat', identitySecret }),
  provider: async (context) => new WidgetPages(context),
})
