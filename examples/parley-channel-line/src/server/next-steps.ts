import type { ChannelAccount, ConnectedPlace, NextStep } from '@parley/plugin-conversations/api'

export const nextSteps = ({ webhookUrl }: ChannelAccount, { identity }: ConnectedPlace): readonly NextStep[] => [
  {
    title: { en: 'Switch on the webhook', uk: 'Увімкніть вебхук' },
    text: {
      en: 'Parley has given LINE this address. In the LINE Developers Console → Messaging API, switch on "Use webhook" and "Webhook redelivery".',
      uk: 'Parley передав LINE цю адресу. У LINE Developers Console → Messaging API увімкніть «Use webhook» і «Webhook redelivery».',
    },
    code: webhookUrl,
  },
  {
    title: { en: 'Switch off automatic replies', uk: 'Вимкніть автоматичні відповіді' },
    text: {
      en: 'In LINE Official Account Manager → Response settings; otherwise LINE answers beside you.',
      uk: 'У LINE Official Account Manager → Response settings; інакше LINE відповідатиме разом із вами.',
    },
  },
  ...(identity?.url === undefined
    ? []
    : [
        {
          title: { en: 'Write to the account', uk: 'Напишіть обліковому запису' },
          text: { en: 'Add it as a friend in LINE and say something.', uk: 'Додайте його в друзі в LINE і напишіть щось.' },
          url: identity.url,
        },
      ]),
]
