import { z } from 'zod'

const notToken = 'A token looks like 123456789:AA…: copy the whole line that @BotFather gave you.'

/** What an administrator fills in. */
export const accountSchema = z.object({
  token: z
    .string()
    .trim()
    .regex(/^\d{5,20}:[\w-]{20,64}$/, notToken)
    .meta({
      title: 'Bot token',
      format: 'password',
      description: 'From @BotFather: the line it answers /newbot or /token with.',
      translations: {
        uk: {
          title: 'Токен бота',
          description: 'Від @BotFather: рядок, яким він відповідає на /newbot або /token.',
          problems: { [notToken]: 'Токен має вигляд 123456789:AA…: скопіюйте весь рядок, який дав @BotFather.' },
        },
      },
    }),
  mode: z
    .enum(['webhook', 'polling'])
    .default('webhook')
    .meta({
      title: 'Receive by',
      description: 'Webhook needs a public HTTPS address. Polling works anywhere, also behind a firewall.',
      choices: { webhook: 'Webhook', polling: 'Polling' },
      translations: {
        uk: {
          title: 'Як отримувати',
          description: 'Вебхуку потрібна публічна адреса HTTPS. Опитування працює будь-де, навіть за брандмауером.',
          choices: { webhook: 'Вебхук', polling: 'Опитування' },
        },
      },
    }),
  apiRoot: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .meta({
      title: 'API address',
      description: 'Leave it, unless you run a Bot API server of your own.',
      translations: { uk: { title: 'Адреса API', description: 'Залиште як є, якщо не маєте власного сервера Bot API.' } },
    }),
})
export type TelegramConfig = z.infer<typeof accountSchema>
