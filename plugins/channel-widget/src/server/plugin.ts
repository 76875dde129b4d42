import { definePlugin } from '@parley/plugin-api'
import { bots, channelAccounts, channels, conversations, inbox } from '@parley/plugin-conversations/api'
import { asClass } from 'awilix'
import { chatTopic, handshake, widgetEvents } from '../api/index.ts'
import { Visitors } from './visitors.ts'
import { VisitorTokens } from './visitor-tokens.ts'
import { WidgetDriver } from './widget-driver.ts'
import { widgetRoutes } from './widget.routes.ts'

export default definePlugin({
  id: 'channel-widget',
  consumes: { inbox, bots, conversations, accounts: channelAccounts },
  services: {
    driver: asClass(WidgetDriver).singleton(),
    visitors: asClass(Visitors).singleton(),
    visitorTokens: asClass(VisitorTokens).singleton(),
  },
  contributes: (add) => [add(channels, 'widget', ({ driver }) => driver)],
  routes: widgetRoutes,
  // Visitors are subscribed by their own connection; nobody of the shell listens here.
  topics: (topic) => [topic(chatTopic, { allow: async () => false })],
  sockets: (socket) => [
    socket('visitor', {
      handshake,
      authenticate: (call, { visitors }) => visitors.authenticate(call),
      rateLimit: 20,
      events: {
        session: { payload: widgetEvents.session, handle: (event, connection, { visitors }) => visitors.session(event, connection) },
        message: { payload: widgetEvents.message, handle: (event, connection, { visitors }) => visitors.message(event, connection) },
        start: { payload: widgetEvents.start, handle: (event, connection, { visitors }) => visitors.start(event, connection) },
        history: { payload: widgetEvents.history, handle: (event, connection, { visitors }) => visitors.history(event, connection) },
        read: { payload: widgetEvents.read, handle: (event, connection, { visitors }) => visitors.read(event, connection) },
        typing: { payload: widgetEvents.typing, handle: (_event, connection, { visitors }) => visitors.typing(connection) },
      },
    }),
  ],
})
