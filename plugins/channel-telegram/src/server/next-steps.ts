import type { ChannelAccount, ConnectedPlace, NextStep } from '@parley/plugin-conversations/api'
import type { TelegramConfig } from './account.ts'

export const nextSteps = ({ config }: ChannelAccount<TelegramConfig>, { identity }: ConnectedPlace): NextStep[] => [
  {
    title: { en: 'Nothing to set up in Telegram', uk: 'У Telegram нічого налаштовувати' },
    text:
      config.mode === 'polling'
        ? { en: 'Parley asks Telegram for new messages by itself.', uk: 'Parley сам запитує в Telegram нові повідомлення.' }
        : { en: 'Parley gives Telegram the webhook address by itself.', uk: 'Parley сам передає Telegram адресу вебхука.' },
  },
  ...(identity?.url === undefined ? [] : linked(identity.url)),
]

const linked = (url: string): NextStep[] => [
  {
    title: { en: 'Write to the bot', uk: 'Напишіть боту' },
    text: { en: 'Open it in Telegram and press Start.', uk: 'Відкрийте його в Telegram і натисніть «Старт».' },
    url,
  },
  {
    title: { en: 'Share a link', uk: 'Поділіться посиланням' },
    text: {
      en: 'The word after start= reaches the scenario, so that you know where people came from.',
      uk: 'Слово після start= потрапляє у сценарій, тож ви знаєте, звідки прийшла людина.',
    },
    code: `${url}?start=site`,
  },
]
