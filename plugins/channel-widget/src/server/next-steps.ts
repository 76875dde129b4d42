import type { ChannelAccount, ConnectedPlace, NextStep } from '@parley/plugin-conversations/api'
import type { WidgetConfig } from './account.ts'

/** The code for the site, the demo page, and what keeps the widget from showing. */
export const nextSteps = ({ config }: ChannelAccount<WidgetConfig>, { origin, bot }: ConnectedPlace): NextStep[] => [
  {
    title: { en: 'Put this code on your site', uk: 'Вставте цей код на сайт' },
    text: { en: 'On every page that shows the chat, before </body>.', uk: 'На кожній сторінці з чатом, перед </body>.' },
    code: snippet(origin, bot),
  },
  ...(config.allowedOrigins.length === 0 ? [allowYourSite] : []),
  {
    title: { en: 'Try it now', uk: 'Спробуйте зараз' },
    text: {
      en: 'The demo page shows the chat as visitors see it, and lets you choose its colours.',
      uk: 'На демосторінці чат такий, яким його бачать відвідувачі; там же можна підібрати кольори.',
    },
    url: { en: demo(origin, 'en', bot.number), uk: demo(origin, 'uk', bot.number) },
  },
]

const allowYourSite: NextStep = {
  title: { en: 'Allow your site', uk: 'Дозвольте свій сайт' },
  text: {
    en: 'Add its address, such as https://www.example.com, to the allowed domains. Until then only the demo page shows the chat.',
    uk: 'Додайте його адресу, наприклад https://www.example.com, до дозволених доменів. Доти чат показує лише демосторінка.',
  },
}

const demo = (origin: string, locale: string, bot: number): string => `${origin}/widget/${locale}/?bot-id=${bot}`

const snippet = (origin: string, bot: ConnectedPlace['bot']): string => `<script>
  window.kw = window.kw || function () { (kw.q = kw.q || []).push(arguments) }
  window.kw_event = window.kw_event || function () { (kw_event.q = kw_event.q || []).push(arguments) }
  kw('init', { bot_id: ${bot.number}, language_code: '${bot.language}' })
</script>
<script async src="${origin}/widget/kw.js"></script>`
