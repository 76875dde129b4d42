import { definePlugin } from '@parley/plugin-api'
import { channelAccounts, channels, inbox } from '@parley/plugin-conversations/api'
import { asClass } from 'awilix'
import { Driver } from './driver.ts'
import { LineApi } from './line-api.ts'
import { webhookRoutes } from './webhook.routes.ts'

export default definePlugin({
  id: 'line',
  consumes: { inbox, accounts: channelAccounts },
  services: { driver: asClass(Driver).singleton(), lineApi: asClass(LineApi).singleton() },
  contributes: (add) => [add(channels, 'line', ({ driver }) => driver)],
  routes: webhookRoutes,
})
