import { z } from 'zod'

/** What an administrator fills in. */
export const accountSchema = z.object({
  token: z
    .string()
    .trim()
    .regex(/^\d{5,20}:[\w-]{20,64}$/, 'A token looks like 123456789:AA…: copy the whole line that @BotFather gave you.')
    .meta({ title: 'Bot token', format: 'password', description: 'From @BotFather.' }),
  mode: z
    .enum(['webhook', 'polling'])
    .default('webhook')
    .meta({ title: 'Receive by', description: 'Webhook needs a public HTTPS address. Polling works anywhere, also behind a firewall.' }),
  apiRoot: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .meta({ title: 'API address', description: 'Only for an own Bot API server.' }),
})
export type TelegramConfig = z.infer<typeof accountSchema>
