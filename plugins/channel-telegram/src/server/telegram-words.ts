import type { Words } from '@parley/plugin-conversations/api'

/** What is said of an account and of messages, in both languages. */
export const telegramWords = {
  polls: (name: string): Words => ({ en: `Polls as @${name}.`, uk: `Опитує Telegram як @${name}.` }),
  receives: (name: string): Words => ({ en: `Receives as @${name}.`, uk: `Отримує як @${name}.` }),
  tokenWorks: { en: 'The token works.', uk: 'Токен працює.' },
  unknownToken: {
    en: 'Telegram does not know this token. Copy it again from @BotFather.',
    uk: 'Telegram не знає цього токена. Скопіюйте його ще раз у @BotFather.',
  },
  takenByOther: {
    en: 'Another program receives for this bot. Stop it, or make a new token in @BotFather.',
    uk: 'Повідомлення цього бота отримує інша програма. Зупиніть її або створіть новий токен у @BotFather.',
  },
  needsHttps: {
    en: 'Telegram sends only to HTTPS addresses. Set PARLEY_PUBLIC_URL to the public HTTPS address, or choose polling.',
    uk: 'Telegram надсилає лише на адреси HTTPS. Вкажіть публічну адресу HTTPS у PARLEY_PUBLIC_URL або виберіть опитування.',
  },
  sendsElsewhere: (host: string): Words => ({
    en: `Telegram now sends to ${host}. Once the channel is active, it sends here instead.`,
    uk: `Зараз Telegram надсилає на ${host}. Щойно канал стане активним, надсилатиме сюди.`,
  }),
  notSet: {
    en: 'The webhook is not set yet, or another system set its own.',
    uk: 'Вебхук ще не встановлено, або інша система встановила свій.',
  },
  notDelivered: (pending: number, why: string): Words => ({
    en: `Telegram could not deliver ${pending} updates: ${why}`,
    uk: `Telegram не зміг доставити оновлення (${pending}): ${why}`,
  }),
  unreachable: { en: 'Telegram could not be reached.', uk: 'Не вдалося з’єднатися з Telegram.' },
  forbiddenAddress: { en: 'The API address is not a public one and is not allowed.', uk: 'Адреса API не публічна, тому не дозволена.' },
  noAnswer: {
    en: 'Telegram did not answer in time, or the connection was lost.',
    uk: 'Telegram не відповів вчасно, або зв’язок обірвався.',
  },
  /** Telegram's own words, which are English; ours stay as they are. */
  said: (description: Words): Words => (typeof description === 'string' ? { en: description, uk: `Telegram відповів: ${description}` } : description),
  english: (words: Words): string => (typeof words === 'string' ? words : words.en),
}
