import { z } from 'zod'

const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, 'A secret looks like whsec_ followed by base64.')
  .refine((text) => Buffer.from(text.slice(6), 'base64').length >= 16, 'The secret must have at least 16 bytes.')

export const accountSchema = z
  .object({
    custom_channel_url: z
      .url({ protocol: /^https?$/ })
      .meta({ title: 'Address of your system', description: 'Outgoing messages and events are POSTed here (custom_channel_url).' }),
    format: z
      .enum(['telegram_like', 'standard_webhooks'])
      .default('telegram_like')
      .meta({ title: 'Format', description: 'The documented Telegram-like bodies, or the signed envelope of Standard Webhooks.' }),
    access_token: z
      .string()
      .max(512)
      .optional()
      .meta({ title: 'x-access-token', format: 'password', description: 'Sent with every outgoing message of the Telegram-like format.' }),
    input_token: z
      .string()
      .min(16)
      .max(512)
      .optional()
      .meta({
        title: 'Token of incoming messages',
        format: 'password',
        description: 'When set, your system must send it as x-access-token too. Set it: without, anybody who knows the address can write.',
      }),
    secret: secret.optional().meta({ title: 'Signing secret', format: 'password', description: 'whsec_… of the Standard Webhooks format.' }),
    previous_secret: secret
      .optional()
      .meta({ title: 'Former signing secret', format: 'password', description: 'Accepted, and signed with, while you change the secret.' }),
  })
  .refine((config) => config.format !== 'standard_webhooks' || config.secret !== undefined, {
    path: ['secret'],
    message: 'The Standard Webhooks format needs a signing secret.',
  })
export type CustomConfig = z.infer<typeof accountSchema>
