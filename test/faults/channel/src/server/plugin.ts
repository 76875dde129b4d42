import { definePlugin } from '@parley/plugin-api'
import { channelAccounts, channels, inbox } from '@parley/plugin-conversations/api'
import { asClass } from 'awilix'
import { z } from 'zod'
import { ParcelDriver } from './parcel-driver.ts'

/** The smallest channel whose other side delivers a repeated request twice. */
export default definePlugin({
  id: 'channel-parcel',
  consumes: { inbox, accounts: channelAccounts },
  services: { driver: asClass(ParcelDriver).singleton() },
  contributes: (add) => [add(channels, 'parcel', ({ driver }) => driver)],
  routes: (http) => [
    http.post(
      '/:account',
      { auth: 'webhook', params: z.object({ account: z.uuid() }), body: z.unknown() },
      ({ params, body, rawBody }, { inbox: into }) => into.receive(params.account, body, { raw: rawBody }),
    ),
  ],
})
