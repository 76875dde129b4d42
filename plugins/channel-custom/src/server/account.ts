import { z } from 'zod'

const wrong = {
  form: 'A secret looks like whsec_ followed by base64.',
  short: 'The secret must have at least 16 bytes.',
  absent: 'The Standard Webhooks format needs a signing secret.',
}
const problems = {
  [wrong.form]: 'Секрет має вигляд whsec_, а далі base64.',
  [wrong.short]: 'Секрет має містити щонайменше 16 байтів.',
  [wrong.absent]: 'Формат Standard Webhooks потребує секрету підпису.',
}
const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, wrong.form)
  .refine((text) => Buffer.from(text.slice(6), 'base64').length >= 16, wrong.short)

export const accountSchema = z
  .object({
    custom_channel_url: z.url({ protocol: /^https?$/ }).meta({
      title: 'Address of your system',
      description: 'Outgoing messages and events are POSTed here (custom_channel_url).',
      translations: {
        uk: { title: 'Адреса вашої системи', description: 'Сюди надходять вихідні повідомлення й події методом POST (custom_channel_url).' },
      },
    }),
    format: z
      .enum(['telegram_like', 'standard_webhooks'])
      .default('telegram_like')
      .meta({
        title: 'Format',
        description: 'The documented Telegram-like bodies, or the signed envelope of Standard Webhooks.',
        choices: { telegram_like: 'Telegram-like', standard_webhooks: 'Standard Webhooks (signed)' },
        translations: {
          uk: {
            title: 'Формат',
            description: 'Документовані тіла у форматі Telegram або підписаний конверт Standard Webhooks.',
            choices: { telegram_like: 'Як у Telegram', standard_webhooks: 'Standard Webhooks (з підписом)' },
          },
        },
      }),
    access_token: z
      .string()
      .max(512)
      .optional()
      .meta({
        title: 'x-access-token',
        format: 'password',
        description: 'Sent with every outgoing message of the Telegram-like format.',
        translations: { uk: { description: 'Надсилається з кожним вихідним повідомленням формату Telegram.' } },
      }),
    input_token: z
      .string()
      .min(16)
      .max(512)
      .optional()
      .meta({
        title: 'Token of incoming messages',
        format: 'password',
        description: 'When set, your system must send it as x-access-token too. Set it: without, anybody who knows the address can write.',
        translations: {
          uk: {
            title: 'Токен вхідних повідомлень',
            description: 'Якщо задано, ваша система теж має надсилати його як x-access-token. Задайте: інакше писати зможе кожен, хто знає адресу.',
          },
        },
      }),
    secret: secret.optional().meta({
      title: 'Signing secret',
      format: 'password',
      description: 'whsec_… of the Standard Webhooks format.',
      translations: { uk: { title: 'Секрет підпису', description: 'whsec_… формату Standard Webhooks.', problems } },
    }),
    previous_secret: secret.optional().meta({
      title: 'Former signing secret',
      format: 'password',
      description: 'Accepted, and signed with, while you change the secret.',
      translations: { uk: { title: 'Попередній секрет підпису', description: 'Приймається і підписує, поки ви змінюєте секрет.', problems } },
    }),
  })
  .refine((config) => config.format !== 'standard_webhooks' || config.secret !== undefined, {
    path: ['secret'],
    message: wrong.absent,
  })
export type CustomConfig = z.infer<typeof accountSchema>
