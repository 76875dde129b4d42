import { ParleyError, type Clock } from '@parley/plugin-api'
import { contentToText, type ConversationHolder, type Turn } from '@parley/plugin-conversations/api'
import type { Announcer } from './announcer.ts'
import type { PanelWebhooks } from './panel-webhooks.ts'
import type { RequestStore } from './request-store.ts'

/** Has the conversation while a request is open: the client's messages go to the operator's screen. */
export class RequestHolder implements ConversationHolder {
  readonly #store: RequestStore
  readonly #announcer: Announcer
  readonly #webhooks: PanelWebhooks
  readonly #clock: Clock

  constructor({
    requestStore,
    announcer,
    panelWebhooks,
    clock,
  }: {
    requestStore: RequestStore
    announcer: Announcer
    panelWebhooks: PanelWebhooks
    clock: Clock
  }) {
    this.#store = requestStore
    this.#announcer = announcer
    this.#webhooks = panelWebhooks
    this.#clock = clock
  }

  async handle(turn: Turn): Promise<void> {
    const batch = turn.batch()
    if (turn.item.type === 'command') return turn.finish(batch)
    const record = await this.#store.openOf(turn.conversation.id)
    // Closed between the claim and now: the next try finds the holder that has the conversation since.
    if (record === undefined) throw new ParleyError('stale_write', 'The request was closed while this message was on its way to it.')
    const at = this.#clock.now()
    const text = contentToText(turn.item.message.content)
    await this.#store.clientWrote(record.request.id, text, at, batch)
    if (record.eventWebhookUrl !== undefined) {
      await this.#webhooks.notify(record.request.id, 'message_from_client', { message: turn.item.message.content }, batch)
    }
    const { request } = record
    await this.#announcer.sendWithin(
      {
        ...request,
        lastText: text.slice(0, 200),
        lastAuthor: 'client',
        lastAt: at.toISOString(),
        unread: request.unread + 1,
        waitingSince: request.waitingSince ?? at.toISOString(),
        version: request.version + 1,
      },
      'message',
      batch,
    )
    await turn.finish(batch)
  }
}
