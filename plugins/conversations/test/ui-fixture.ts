import type { Account, Bot, ChannelKind } from '../src/ui/bot-types.ts'

export const shop: Bot = { id: 'b1', number: 1, name: 'Shop', language: 'uk', active: true, version: 1 }
export const bank: Bot = { id: 'b2', number: 2, name: 'Bank', language: 'en', active: false, version: 4 }

export const telegram: ChannelKind = {
  kind: 'telegram',
  title: 'Telegram',
  icon: 'send',
  about: { title: 'Telegram', text: { en: 'People write to a bot of yours.', uk: 'Люди пишуть вашому боту.' } },
  form: {
    type: 'object',
    properties: {
      token: {
        type: 'string',
        title: 'Bot token',
        format: 'password',
        minLength: 1,
        translations: { uk: { title: 'Токен бота', problems: { 'A token looks like 1:AA.': 'Токен має вигляд 1:AA.' } } },
      },
      mode: {
        type: 'string',
        title: 'Receive by',
        enum: ['webhook', 'polling'],
        default: 'webhook',
        choices: { webhook: 'Webhook', polling: 'Polling' },
        translations: { uk: { choices: { webhook: 'Вебхук' } } },
      },
    },
    required: ['token'],
  },
  capabilities: {
    kinds: ['text', 'file'],
    textLimit: 4096,
    html: true,
    keyboard: { placements: ['inline'], maxRows: 8, maxColumns: 8, textLimit: 64, valueLimit: 64, actions: ['reply'] },
    maxFileBytes: 50_000_000,
    typing: true,
    receipts: ['read'],
  },
  checks: true,
}

/** A kind that is connected without asking anybody. */
export const widget: ChannelKind = {
  kind: 'widget',
  title: 'Website widget',
  icon: 'message-circle',
  form: { type: 'object', properties: { color: { type: 'string', title: 'Colour', default: '#4650d6' } } },
  capabilities: { kinds: ['text'], textLimit: 1000, html: true, typing: false, receipts: [] },
  checks: false,
}

export const acme: Account = {
  id: 'a1',
  botId: 'b1',
  channel: 'telegram',
  title: 'Acme',
  config: { mode: 'webhook', token: { $saved: 'mark' } },
  secretsSet: ['token'],
  webhookUrl: 'https://chat.example.com/hooks/channel-telegram/a1',
  active: true,
  health: {
    state: 'warning',
    text: 'Telegram could not deliver 3 updates.',
    identity: { name: 'Acme (@acme_bot)', url: 'https://t.me/acme_bot' },
    at: '2026-11-20T10:00:00Z',
  },
  version: 7,
}

const at = '/api/v1/conversations'

/** What the server answers to a page that opens. */
export const answers = ({ bots = [shop, bank], accounts = [acme] }: { bots?: readonly Bot[]; accounts?: readonly Account[] } = {}) => ({
  [`GET ${at}/bots`]: { bots },
  [`GET ${at}/accounts`]: { accounts },
  [`GET ${at}/channels`]: { channels: [telegram, widget] },
})
