import { definePlugin, ParleyError, type Plugin } from '@parley/plugin-api'
import { z } from 'zod'
import {
  channels,
  holders,
  outbox,
  type ChannelDriver,
  type InboundEvent,
  type MessageContentInput,
  type OutboundMessage,
  type SendResult,
  type Turn,
} from '../src/api/index.ts'

/** A channel in memory: what it was given to send, and what it answers. */
export class ToyChannel {
  readonly sent: OutboundMessage[] = []
  answer: (message: OutboundMessage, tries: number) => SendResult | Promise<SendResult> = () => ({ outcome: 'sent' })
  readonly driver: { -readonly [K in keyof ChannelDriver]: ChannelDriver[K] }
  #tries = new Map<string, number>()

  constructor(options: Partial<Omit<ChannelDriver, 'capabilities'>> & { capabilities?: Partial<ChannelDriver['capabilities']> } = {}) {
    const { capabilities, ...rest } = options
    this.driver = {
      kind: 'toy',
      title: 'Toy',
      icon: 'bot',
      capabilities: { kinds: ['text', 'keyboard', 'image'], textLimit: 1000, html: false, typing: false, receipts: [], ...capabilities },
      accountSchema: z.object({ token: z.string().min(1).meta({ format: 'password' }), label: z.string().default('none') }),
      webhookPath: ({ id }) => `/hooks/toy/${id}`,
      idempotentSend: true,
      receive: toyEvents,
      send: async (message) => {
        const key = `${message.id}:${message.part}`
        this.#tries.set(key, (this.#tries.get(key) ?? 0) + 1)
        this.sent.push(message)
        return await this.answer(message, this.#tries.get(key)!)
      },
      ...rest,
    }
  }

  texts(chatId?: string): string[] {
    return this.sent
      .filter((message) => chatId === undefined || message.chatId === chatId)
      .map(({ content }) => ('text' in content ? (content.text ?? '') : content.kind))
  }
}

const payloads = z.object({ events: z.array(z.record(z.string(), z.unknown())) })
const toyEvents = (payload: unknown): InboundEvent[] => {
  const parsed = payloads.safeParse(payload)
  if (!parsed.success) throw new ParleyError('invalid_input', 'The payload is not one of the toy channel.')
  return parsed.data.events as never
}

export const toyMessage = (key: string, text: string, chatId = 'chat-1'): { events: [object] } => ({
  events: [{ type: 'message', key, chatId, sender: { id: chatId, firstName: 'Olena' }, content: { kind: 'text', text } }],
})

/** A holder that does what the test says, and answers "echo <text>" otherwise. */
export class ToyHolder {
  readonly turns: { id: string; type: string; text: string; attempt: number; holder: string; stored: boolean }[] = []
  /** Takes messages that are not stored yet. */
  early = false
  /** Returns without finishing, so many times. */
  forgets = 0
  handle: ((turn: Turn, reply: (content: MessageContentInput) => Promise<void>) => Promise<void>) | undefined
}

export const toyPlugin = (channel: ToyChannel, holder: ToyHolder, keys = ['toy-holder'], channelKey = 'toy'): Plugin =>
  definePlugin({
    id: 'toy',
    consumes: { outbox },
    contributes: (add) => [
      add(channels, channelKey, () => channel.driver),
      ...keys.map((key) =>
        add(holders, key, ({ outbox: out }) => ({
          early: holder.early,
          handle: async (turn) => {
            const { item } = turn
            const text =
              item.type === 'message'
                ? 'text' in item.message.content
                  ? String(item.message.content.text)
                  : item.message.content.kind
                : item.command.type
            holder.turns.push({ id: item.id, type: item.type, text, attempt: turn.attempt, holder: key, stored: turn.stored })
            if (holder.forgets-- > 0) return
            if (holder.handle !== undefined) {
              const batch = turn.batch()
              await holder.handle(
                turn,
                async (content) => void (await out.send(turn.conversation.id, [{ author: { kind: 'bot' }, content }], { within: batch })),
              )
              return await turn.finish(batch)
            }
            const batch = turn.batch()
            await out.send(turn.conversation.id, [{ author: { kind: 'bot' }, content: { kind: 'text', text: `echo ${text}` } }], { within: batch })
            await turn.finish(batch)
          },
        })),
      ),
    ],
  })
