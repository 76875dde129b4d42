import { ParleyError, type Clock, type PluginDatabase, type Points, type Realtime, type Within } from '@parley/plugin-api'
import { dialogTopic, messageContent, messageKinds, type Message, type MessageContent, type Outbox, type OutgoingMessage } from '../api/index.ts'
import type { AddedMessage, ConversationChange } from './changes/conversation-change.ts'
import type { ConversationChanges } from './changes/conversation-changes.ts'
import { newId } from './ids.ts'
import type { MessageStore } from './messages/message-store.ts'
import { storable, storableText } from './storable.ts'
import { reasonFields } from './words.ts'

/** What is for the team or comes from the client, and so never goes out. */
const unsendable: readonly string[] = ['note', 'system', 'press', 'unsupported']

interface Parts {
  readonly db: PluginDatabase
  readonly changes: ConversationChanges
  readonly messageStore: MessageStore
  readonly realtime: Realtime
  readonly points: Points
  readonly clock: Clock
}

export class ChannelOutbox implements Outbox {
  readonly #parts: Parts

  constructor({ db, changes, messageStore, realtime, points, clock }: Parts) {
    this.#parts = { db, changes, messageStore, realtime, points, clock }
  }

  send(conversationId: string, messages: readonly OutgoingMessage[], { within }: { within?: Within } = {}): Promise<readonly string[]> {
    return this.#add(conversationId, 'out', messages, within)
  }

  show(conversationId: string, messages: readonly OutgoingMessage[], { within }: { within?: Within } = {}): Promise<readonly string[]> {
    return this.#add(conversationId, 'internal', messages, within)
  }

  async retry(messageId: string): Promise<void> {
    const { messageStore, clock, changes, realtime } = this.#parts
    const found = await messageStore.requeue(messageId, clock.now())
    if (found === undefined) {
      throw new ParleyError(
        'conflict',
        'Only a message that failed or whose delivery is unknown can be tried again. Reload the dialog to see its state.',
      )
    }
    const { conversationId, direction } = found
    const state = direction === 'in' ? 'received' : 'queued'
    await realtime.send(dialogTopic, { conversationId }, { type: 'state', messageId, state })
    if (direction === 'in') changes.wakeLane(conversationId)
    else changes.wakeOutbox(conversationId)
  }

  async discard(messageId: string): Promise<void> {
    const { messageStore, realtime } = this.#parts
    const reason = { en: 'Discarded.', uk: 'Надсилання скасовано.' }
    const conversationId = await messageStore.discard(messageId, reason)
    if (conversationId === undefined) {
      throw new ParleyError(
        'conflict',
        'Only a message that failed, waits or whose delivery is unknown can be discarded. Reload the dialog to see its state.',
      )
    }
    await realtime.send(dialogTopic, { conversationId }, { type: 'state', messageId, state: 'failed', ...reasonFields(reason) })
  }

  async #add(
    conversationId: string,
    direction: 'out' | 'internal',
    messages: readonly OutgoingMessage[],
    within: Within | undefined,
  ): Promise<string[]> {
    const { db, changes, realtime } = this.#parts
    if (direction === 'out') refuseUnsendable(messages)
    const keys = messages.map(({ clientKey }) => clientKey).filter((key) => key !== undefined)
    const known = keys.length === 0 ? undefined : await this.#parts.messageStore.byClientKeys(conversationId, keys)
    const ids: string[] = []
    const own = within === undefined ? db.batch() : undefined
    const unit = within ?? own!
    const change = changes.of(conversationId, unit)
    for (const outgoing of messages) {
      const key = outgoing.clientKey
      const first = key === undefined ? undefined : (known?.get(key) ?? change.messages.find(({ clientKey }) => clientKey === key)?.id)
      if (first !== undefined) {
        ids.push(first)
        continue
      }
      const message = this.#message(outgoing, direction, change)
      change.messages.push(message)
      ids.push(message.id)
      await realtime.send(dialogTopic, { conversationId }, () => ({ type: 'message' as const, message: shown(change, message) }), { within: unit })
    }
    if (own !== undefined) await own.commit()
    return ids
  }

  #message({ author, content, clientKey }: OutgoingMessage, direction: 'out' | 'internal', change: ConversationChange): AddedMessage {
    const now = this.#parts.clock.now()
    return {
      id: newId(now),
      direction,
      author,
      content: this.#valid(content),
      clientKey: clientKey === undefined ? undefined : storableText(clientKey),
      createdAt: now,
      position: change.size + 1,
    }
  }

  #valid(content: OutgoingMessage['content']): MessageContent {
    const clean = storable(content)
    const parsed = messageContent.safeParse(clean)
    if (parsed.success) return parsed.data
    const added = this.#parts.points.get(messageKinds).get(content.kind)
    const result = added?.schema['~standard'].validate(clean)
    if (result !== undefined && !(result instanceof Promise) && result.issues === undefined) return result.value as MessageContent
    const [issue] = parsed.error.issues
    throw new ParleyError('invalid_input', `The message cannot be sent: ${issue?.path.join('.') || 'content'}: ${issue?.message}.`)
  }
}

const refuseUnsendable = (messages: readonly OutgoingMessage[]): void => {
  const refused = messages.find(({ content }) => unsendable.includes(content.kind))
  if (refused === undefined) return
  const { kind } = refused.content
  throw new ParleyError('invalid_input', `A message of kind "${kind}" cannot be sent to a client. Use outbox.show for what only the team sees.`)
}

const shown = (change: ConversationChange, message: AddedMessage): Message => ({
  id: message.id,
  conversationId: change.id,
  number: change.numberAt(message.position),
  direction: message.direction,
  author: message.author,
  content: message.content,
  state: change.stateOf(message),
  ...(message.clientKey === undefined ? {} : { clientKey: message.clientKey }),
  createdAt: message.createdAt.toISOString(),
})
