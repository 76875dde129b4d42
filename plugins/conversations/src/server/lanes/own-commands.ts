import type { EventBus } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import { clientBlocked, type ConversationHolder, type Turn } from '../../api/index.ts'

/** Commands for this holder are worked off here: what a channel tells about a chat, in the order of the lane. */
export const ownHolder = 'conversations'

export class OwnCommands implements ConversationHolder {
  readonly #clients: Clients
  readonly #events: EventBus

  constructor({ clients, events }: { clients: Clients; events: EventBus }) {
    this.#clients = clients
    this.#events = events
  }

  async handle(turn: Turn): Promise<void> {
    const batch = turn.batch()
    if (turn.item.type === 'command' && turn.item.command.type === 'blocked') {
      const { id: conversationId, clientId, identityId } = turn.conversation
      const blocked = turn.item.command.data['blocked'] === true
      await this.#clients.setBlocked(identityId, blocked, { within: batch })
      await this.#events.publish(clientBlocked, { conversationId, clientId, blocked }, { within: batch })
    }
    await turn.finish(batch)
  }
}
