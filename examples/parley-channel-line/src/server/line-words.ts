import type { Words } from '@parley/plugin-conversations/api'

/** What is said of an account and of messages, in both languages. */
export const lineWords = {
  tokenWorks: { en: 'LINE accepts the token.', uk: 'LINE приймає токен.' },
  receives: (name: string): Words => ({ en: `Receives as ${name}.`, uk: `Отримує як ${name}.` }),
  otherAddress: {
    en: 'LINE sends its events to another address. Save the account to set it again.',
    uk: 'LINE надсилає події на іншу адресу. Збережіть обліковий запис, щоб задати її знову.',
  },
  webhookOff: {
    en: 'Switch on "Use webhook" in the LINE Developers Console: LINE sends nothing yet.',
    uk: 'Увімкніть «Use webhook» у LINE Developers Console: LINE поки нічого не надсилає.',
  },
  unknownToken: {
    en: 'LINE does not accept the channel access token. Issue a new one in the LINE Developers Console and enter it here.',
    uk: 'LINE не приймає токен доступу каналу. Випустіть новий у LINE Developers Console і введіть його тут.',
  },
  needsHttps: {
    en: 'LINE sends only to HTTPS addresses. Set PARLEY_PUBLIC_URL to the public HTTPS address of this installation.',
    uk: 'LINE надсилає лише на адреси HTTPS. Вкажіть публічну адресу HTTPS цієї інсталяції у PARLEY_PUBLIC_URL.',
  },
  /** What LINE says stays in LINE's words. */
  answered: (status: number, said: string): Words => ({
    en: `LINE answered with HTTP ${status}${said}.`,
    uk: `LINE відповів HTTP ${status}${said}.`,
  }),
  unreachable: { en: 'LINE could not be reached.', uk: 'Не вдалося з’єднатися з LINE.' },
  forbiddenAddress: { en: 'The API address is not a public one and is not allowed.', uk: 'Адреса API не публічна, тому не дозволена.' },
  noAnswer: {
    en: 'LINE did not answer in time, or the connection was lost.',
    uk: 'LINE не відповів вчасно, або зв’язок обірвався.',
  },
}
