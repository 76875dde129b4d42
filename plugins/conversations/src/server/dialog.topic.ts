import type { Topic, TopicBuilder } from '@parley/plugin-api'
import { dialogTopic, viewDialogs } from '../api/index.ts'
import type { ConversationStore } from './conversation-store.ts'
import { isUuid } from './ids.ts'

interface Cradle {
  readonly conversationStore: ConversationStore
}

/** A visitor hears of the own conversation from the channel's socket, so only people of the team subscribe here. */
export const topics = (topic: TopicBuilder<Cradle>): Topic[] => [
  topic(dialogTopic, {
    allow: async ({ conversationId }, actor, { conversationStore }) => {
      if (actor.kind !== 'user' && actor.kind !== 'service') return false
      const conversation = isUuid(conversationId) ? await conversationStore.get(conversationId) : undefined
      return conversation !== undefined && actor.can(viewDialogs, conversation.botId)
    },
  }),
]
