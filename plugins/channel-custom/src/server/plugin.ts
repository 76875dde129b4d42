import { definePlugin } from '@parley/plugin-api'
import { bots, channelAccounts, channels, inbox } from '@parley/plugin-conversations/api'
import { asClass } from 'awilix'
import { customChannel } from '../api/index.ts'
import { CustomDriver } from './custom-driver.ts'
import { hookRoutes } from './hooks.routes.ts'

export default definePlugin({
  id: 'channel-custom',
  consumes: { inbox, bots, accounts: channelAccounts },
  services: { driver: asClass(CustomDriver).singleton() },
  contributes: (add) => [add(channels, customChannel, ({ driver }) => driver)],
  routes: hookRoutes,
})
