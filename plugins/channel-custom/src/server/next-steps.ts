import type { ChannelAccount, ConnectedPlace, NextStep } from '@parley/plugin-conversations/api'
import type { CustomConfig } from './account.ts'

/** Where the other system sends, how to try it, and where answers go. */
export const nextSteps = ({ config, webhookUrl }: ChannelAccount<CustomConfig>, { origin, bot }: ConnectedPlace): NextStep[] => {
  const signed = config.format === 'standard_webhooks'
  const inputUrl = `${origin}/messengers_host/${bot.number}/custom_channel/hooks`
  return [
    {
      title: { en: 'Send messages of clients here', uk: 'Надсилайте повідомлення клієнтів сюди' },
      text: signed
        ? { en: 'POST the signed envelope to this address.', uk: 'Надсилайте підписаний конверт методом POST на цю адресу.' }
        : {
            en: 'This is the input_url: POST Telegram-like JSON to it.',
            uk: 'Це input_url: надсилайте на нього методом POST JSON у форматі Telegram.',
          },
      code: signed ? webhookUrl : inputUrl,
    },
    ...(signed ? [] : [{ title: { en: 'Try it from a terminal', uk: 'Спробуйте з термінала' }, code: example(inputUrl, config) }]),
    {
      title: { en: 'Take the answers', uk: 'Приймайте відповіді' },
      text: {
        en: `Messages and events of the bot are POSTed to ${config.custom_channel_url}. Answer with 200 once they are stored.`,
        uk: `Повідомлення й події бота надходять методом POST на ${config.custom_channel_url}. Відповідайте 200, коли зберегли їх.`,
      },
    },
  ]
}

const example = (inputUrl: string, { input_token: token }: CustomConfig): string =>
  [
    `curl -X POST '${inputUrl}'`,
    `-H 'content-type: application/json'`,
    ...(token === undefined ? [] : [`-H 'x-access-token: <token of incoming messages>'`]),
    `-d '{"update_id":100000001,"message":{"from":{"id":1,"first_name":"Olena"},"chat":{"id":"1_app"},"date":1700000000000,"type":"text","text":"/start"}}'`,
  ].join(' \\\n  ')
