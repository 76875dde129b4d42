import { configuration, definePlugin, demoData } from '@parley/plugin-api'
import { clients } from '@parley/plugin-clients/api'
import { asClass } from 'awilix'
import * as api from '../api/index.ts'
import { AccountChecks } from './accounts/account-checks.ts'
import { AccountRounds } from './accounts/account-rounds.ts'
import { accountJobs } from './accounts/account-rounds.job.ts'
import { AccountStore } from './accounts/account-store.ts'
import { measureCredentials } from './accounts/credentials.metric.ts'
import { Accounts } from './accounts/accounts.ts'
import { accountRoutes } from './accounts/accounts.routes.ts'
import { BotStore } from './bots/bot-store.ts'
import { BotRegistry } from './bots/bots.ts'
import { botRoutes } from './bots/bots.routes.ts'
import { ConversationChanges } from './changes/conversation-changes.ts'
import { config } from './config.ts'
import { accountConfiguration } from './configuration/accounts.configuration.ts'
import { botConfiguration } from './configuration/bots.configuration.ts'
import { ConversationStore } from './conversation-store.ts'
import { ChannelConversations } from './conversations.ts'
import { ButtonValues } from './delivery/button-values.ts'
import { Deliverer } from './delivery/deliverer.ts'
import { DeliveryStore } from './delivery/delivery-store.ts'
import { NumberedChoices } from './delivery/numbered-choices.ts'
import { OutboxSteps } from './delivery/outbox-steps.ts'
import { Receipts } from './delivery/receipts.ts'
import { RowSender } from './delivery/row-sender.ts'
import { SendSlots } from './delivery/send-slots.ts'
import { DemoShop } from './demo/demo-shop.ts'
import { DemoStore } from './demo/demo-store.ts'
import { topics } from './dialog.topic.ts'
import { ChannelInbox } from './intake/inbox.ts'
import { IntakeStore } from './intake/intake-store.ts'
import { Replay } from './intake/replay.ts'
import { WaitingPayloads } from './intake/waiting-payloads.ts'
import { cleaningJobs } from './jobs/cleaning.job.ts'
import { laneJobs } from './jobs/lanes.job.ts'
import { ItemFailures } from './lanes/item-failures.ts'
import { LaneStore } from './lanes/lane-store.ts'
import { OwnCommands } from './lanes/own-commands.ts'
import { EarlyTurns } from './lanes/early-turns.ts'
import { LaneMemory } from './lanes/lane-memory.ts'
import { Turns } from './lanes/turns.ts'
import { mediaJobs } from './media/media.job.ts'
import { waitingJobs } from './jobs/waiting.job.ts'
import { MediaStore } from './media/media-store.ts'
import { MediaFetcher } from './media/media-fetcher.ts'
import { archiveJobs } from './messages/archive.job.ts'
import { MessageArchiveStore } from './messages/message-archive-store.ts'
import { MessageStore } from './messages/message-store.ts'
import { messageRoutes } from './messages/messages.routes.ts'
import { migrations } from './migrations/index.ts'
import { ChannelOutbox } from './outbox.ts'
import { published } from './published.ts'
import { Wake } from './wake.ts'

export default definePlugin({
  id: 'conversations',
  config,
  consumes: { clients },
  services: {
    accountChecks: asClass(AccountChecks).singleton(),
    accountRounds: asClass(AccountRounds).singleton(),
    accountStore: asClass(AccountStore).singleton(),
    accounts: asClass(Accounts).singleton(),
    bots: asClass(BotRegistry).singleton(),
    botStore: asClass(BotStore).singleton(),
    buttonValues: asClass(ButtonValues).singleton(),
    changes: asClass(ConversationChanges).singleton(),
    conversations: asClass(ChannelConversations).singleton(),
    conversationStore: asClass(ConversationStore).singleton(),
    deliverer: asClass(Deliverer).singleton(),
    deliveryStore: asClass(DeliveryStore).singleton(),
    demoShop: asClass(DemoShop).singleton(),
    demoStore: asClass(DemoStore).singleton(),
    earlyTurns: asClass(EarlyTurns).singleton(),
    inbox: asClass(ChannelInbox).singleton(),
    intakeStore: asClass(IntakeStore).singleton(),
    itemFailures: asClass(ItemFailures).singleton(),
    laneMemory: asClass(LaneMemory).singleton(),
    laneStore: asClass(LaneStore).singleton(),
    mediaFetcher: asClass(MediaFetcher).singleton(),
    mediaStore: asClass(MediaStore).singleton(),
    messageArchiveStore: asClass(MessageArchiveStore).singleton(),
    messageStore: asClass(MessageStore).singleton(),
    numberedChoices: asClass(NumberedChoices).singleton(),
    outbox: asClass(ChannelOutbox).singleton(),
    outboxSteps: asClass(OutboxSteps).singleton(),
    ownCommands: asClass(OwnCommands).singleton(),
    receipts: asClass(Receipts).singleton(),
    replay: asClass(Replay).singleton(),
    rowSender: asClass(RowSender).singleton(),
    sendSlots: asClass(SendSlots).singleton(),
    turns: asClass(Turns).singleton(),
    waitingPayloads: asClass(WaitingPayloads).singleton(),
    wake: asClass(Wake).singleton(),
  },
  provides: {
    accounts: api.channelAccounts,
    bots: api.bots,
    conversations: api.conversations,
    inbox: api.inbox,
    outbox: api.outbox,
  },
  owns: [api.channels, api.holders, api.messageKinds],
  contributes: (add) => [
    add(demoData, 'conversations', ({ demoShop }) => demoShop),
    add(configuration, 'conversations/bots', botConfiguration),
    add(configuration, 'conversations/accounts', accountConfiguration),
  ],
  permissions: [api.viewDialogs, api.decideDeliveries, api.viewBots, api.editBots, api.deleteBots],
  routes: (http) => [...botRoutes(http), ...accountRoutes(http), ...messageRoutes(http)],
  jobs: (job) => [...laneJobs(job), ...mediaJobs(job), ...cleaningJobs(job), ...waitingJobs(job), ...archiveJobs(job), ...accountJobs(job)],
  topics,
  migrations,
  publishes: published,
  init: ({ changes, deliverer, wake, accountStore, metrics, clock }) => {
    changes.join({ taker: deliverer, wakers: wake })
    measureCredentials({ accountStore, metrics, clock })
  },
  start: ({ deliverer, turns }, role) => {
    if (role !== 'worker') return
    turns.start()
    deliverer.start()
  },
  stop: async ({ deliverer, turns }) => {
    await turns.stop()
    await deliverer.stop()
  },
})
