import { z } from 'zod'

const notColour = 'A colour such as #4650d6.'
const notOrigin = 'Write the full origin, such as https://www.example.com: no path, no slash at the end. List every origin separately.'

/** A full origin as browsers state it: scheme, host, port, nothing after. */
const origin = z.string().refine((text) => {
  try {
    const url = new URL(text)
    return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text
  } catch {
    return false
  }
}, notOrigin)

export const accountSchema = z.object({
  allowedOrigins: z
    .array(origin)
    .max(200)
    .default([])
    .meta({
      title: 'Allowed domains',
      examples: [['https://www.example.com']],
      description: 'Full addresses of sites that may show the widget, such as https://www.example.com. Empty: only the demo page.',
      translations: {
        uk: {
          title: 'Дозволені домени',
          description: 'Повні адреси сайтів, що можуть показувати віджет, наприклад https://www.example.com. Порожньо: лише демосторінка.',
          problems: { [notOrigin]: 'Вкажіть повну адресу, наприклад https://www.example.com: без шляху і скісної риски в кінці. Кожну окремо.' },
        },
      },
    }),
  title: z
    .string()
    .max(80)
    .default('Chat')
    .meta({ title: 'Title of the chat', translations: { uk: { title: 'Заголовок чату' } } }),
  subtitle: z
    .string()
    .max(160)
    .default('')
    .meta({ title: 'Words under the title', translations: { uk: { title: 'Слова під заголовком' } } }),
  color: z
    .string()
    .regex(/^#[\da-fA-F]{6}$/, notColour)
    .default('#4650d6')
    .meta({ title: 'Colour', format: 'color', translations: { uk: { title: 'Колір', problems: { [notColour]: 'Колір на зразок #4650d6.' } } } }),
  position: z
    .enum(['right', 'left'])
    .default('right')
    .meta({
      title: 'Side of the page',
      choices: { right: 'Right', left: 'Left' },
      translations: { uk: { title: 'Бік сторінки', choices: { right: 'Праворуч', left: 'Ліворуч' } } },
    }),
  launcher: z
    .string()
    .max(40)
    .default('')
    .meta({
      title: 'Words on the button',
      description: 'Empty: a round button with an icon.',
      translations: { uk: { title: 'Слова на кнопці', description: 'Порожньо: кругла кнопка зі значком.' } },
    }),
  files: z
    .boolean()
    .default(true)
    .meta({ title: 'Visitors may send files', translations: { uk: { title: 'Відвідувачі можуть надсилати файли' } } }),
  start: z
    .boolean()
    .default(true)
    .meta({
      title: 'Start the scenario when the chat is opened for the first time',
      translations: { uk: { title: 'Запускати сценарій, коли чат відкривають уперше' } },
    }),
  identitySecret: z
    .string()
    .max(256)
    .optional()
    .meta({
      title: 'Identity secret',
      format: 'password',
      description: 'Needed only to recognise people who are signed in on the site.',
      translations: { uk: { title: 'Секрет особи', description: 'Потрібен лише для того, щоб упізнавати людей, які увійшли на сайті.' } },
    }),
})
export type WidgetConfig = z.infer<typeof accountSchema>
