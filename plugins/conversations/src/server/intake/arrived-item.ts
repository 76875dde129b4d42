import type { LaneItem } from '../lanes/lane-store.ts'
import type { IntakeMessage } from './intake-store.ts'

/** A message that has just come in as an item of its lane: the same as what the lane's store would read. */
export const arrivedItem = (message: IntakeMessage, number: number, now: Date): Extract<LaneItem, { type: 'message' }> => ({
  type: 'message',
  id: message.id,
  number,
  attempts: 0,
  message: {
    id: message.id,
    conversationId: message.conversationId,
    number,
    direction: 'in',
    author: { kind: 'client', ...(message.authorName === undefined ? {} : { name: message.authorName }) },
    content: message.content,
    state: 'received',
    createdAt: now.toISOString(),
    ...(message.providerAt === undefined ? {} : { providerAt: message.providerAt.toISOString() }),
  },
  ...message.data,
})
