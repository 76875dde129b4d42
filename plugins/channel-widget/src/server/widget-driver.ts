import { ParleyError, type Clock, type Realtime } from '@parley/plugin-api'
import type {
  Author,
  ChannelAccount,
  ChannelCapabilities,
  ChannelDriver,
  ConnectedPlace,
  InboundEvent,
  NextStep,
  OutboundMessage,
  SendResult,
} from '@parley/plugin-conversations/api'
import { chatTopic } from '../api/index.ts'
import { accountSchema, type WidgetConfig } from './account.ts'
import { nextSteps } from './next-steps.ts'
import { outgoing } from './to-visitor.ts'

const capabilities: ChannelCapabilities = {
  kinds: ['text', 'image', 'file', 'audio', 'video', 'sticker', 'location', 'contact', 'keyboard'],
  // The page shows what is stored, whole: nothing may be cut into parts that the history does not have.
  textLimit: 1_000_000,
  html: true,
  keyboard: {
    placements: ['inline', 'reply'],
    maxRows: 100,
    maxColumns: 8,
    textLimit: 256,
    valueLimit: 1024,
    actions: ['reply', 'url', 'contact', 'location'],
  },
  maxFileBytes: 20 * 1024 * 1024,
  typing: true,
  receipts: ['read'],
}

/**
 * The website widget. A message is delivered when it is stored: the page takes everything after the last number it has, so a push that nobody hears
 * loses nothing.
 */
export class WidgetDriver implements ChannelDriver<WidgetConfig> {
  readonly kind = 'widget'
  readonly title = 'Website widget'
  readonly icon = 'message-circle'
  readonly about = {
    order: 1,
    title: { en: 'Website widget', uk: 'Віджет на сайті' },
    text: {
      en: 'A chat on your site: a bubble in the corner or a frame in the page.',
      uk: 'Чат на вашому сайті: кнопка в кутку або вікно у сторінці.',
    },
  }
  readonly capabilities = capabilities
  readonly accountSchema = accountSchema
  readonly idempotentSend = true
  readonly #realtime: Realtime
  readonly #clock: Clock

  constructor({ realtime, clock }: { realtime: Realtime; clock: Clock }) {
    this.#realtime = realtime
    this.#clock = clock
  }

  /** Visitors come by the socket; nobody sends to an address. */
  webhookPath(): string {
    return ''
  }

  nextSteps(account: ChannelAccount<WidgetConfig>, place: ConnectedPlace): readonly NextStep[] {
    return nextSteps(account, place)
  }

  receive(): readonly InboundEvent[] {
    throw new ParleyError('invalid_input', 'The widget receives by its socket, not by a webhook.')
  }

  async send(message: OutboundMessage, account: ChannelAccount<WidgetConfig>): Promise<SendResult> {
    await this.#realtime.send(
      chatTopic,
      { accountId: account.id, visitorId: message.chatId },
      { type: 'message', message: outgoing(message, this.#clock.now()) },
    )
    return { outcome: 'sent', externalId: message.id }
  }

  async typing(chatId: string, account: ChannelAccount<WidgetConfig>, _signal: AbortSignal, by?: Author): Promise<void> {
    const key = { accountId: account.id, visitorId: chatId }
    // What a bot is doing has words ("Looking at your order…"); a person just types.
    if (by?.kind === 'bot') return this.#realtime.send(chatTopic, key, { type: 'thinking', ...(by.name === undefined ? {} : { text: by.name }) })
    await this.#realtime.send(chatTopic, key, { type: 'typing', by: 'operator', ...(by?.name === undefined ? {} : { name: by.name }) })
  }
}
