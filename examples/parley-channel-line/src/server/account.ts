import { z } from 'zod'

/** LINE's own address. Files that clients send lie at another one. */
export const lineApi = 'https://api.line.me'
export const lineData = 'https://api-data.line.me'

/** What a person enters to connect an account. `format: 'password'` is kept sealed and never shown again. */
export const accountSchema = z.object({
  channelAccessToken: z
    .string()
    .trim()
    .min(16)
    .meta({
      title: 'Channel access token',
      format: 'password',
      description: 'LINE Developers Console → your channel → Messaging API → Channel access token (long-lived).',
      translations: {
        uk: {
          title: 'Токен доступу каналу',
          description: 'LINE Developers Console → ваш канал → Messaging API → Channel access token (long-lived).',
        },
      },
    }),
  channelSecret: z
    .string()
    .trim()
    .min(16)
    .meta({
      title: 'Channel secret',
      format: 'password',
      description: 'LINE Developers Console → your channel → Basic settings → Channel secret. LINE signs its webhooks with it.',
      translations: {
        uk: {
          title: 'Секрет каналу',
          description: 'LINE Developers Console → ваш канал → Basic settings → Channel secret. Ним LINE підписує вебхуки.',
        },
      },
    }),
  apiRoot: z
    .url({ protocol: /^https?$/ })
    .default(lineApi)
    .meta({
      title: 'API address',
      description: 'Leave it, unless requests to LINE go through a proxy of yours.',
      translations: { uk: { title: 'Адреса API', description: 'Залиште як є, якщо запити до LINE не йдуть через ваш проксі.' } },
    }),
})
export type AccountConfig = z.output<typeof accountSchema>
