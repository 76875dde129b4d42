import { extensionPoint, token } from '@parley/plugin-api'
import type { Bots, ChannelAccounts, ChannelDriver, ConversationHolder, Conversations, Inbox, Outbox } from '@parley/plugin-conversations/api'
import type { Clients } from '@parley/plugin-clients/api'

// Equal ids are the same thing, so that the kit runs no code of a plugin: the author's own copies of the plugins are what is tested with.
export const accounts = token<ChannelAccounts>('conversations.accounts@1')
export const bots = token<Bots>('conversations.bots@1')
export const conversations = token<Conversations>('conversations.conversations@1')
export const inbox = token<Inbox>('conversations.inbox@1')
export const outbox = token<Outbox>('conversations.outbox@1')
export const clients = token<Clients>('clients.clients@1')
export const channels = extensionPoint<ChannelDriver>('conversations.channels@1')
export const holders = extensionPoint<ConversationHolder>('conversations.holders@1')
