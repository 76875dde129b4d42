import { createHmac } from 'node:crypto'
import type { HttpProvider, ProviderEvent, ProviderRequest, ShownButton, ShownMessage } from '@parley/test-kit/channel-contract'

export const channelSecret = 'the-channel-secret-of-the-tests'
export const channelAccessToken = 'the-channel-access-token-of-the-tests'

/** What LINE says of a token that a person made in its console: some hundred years. */
const tokenSeconds = 3_138_007_490

/** What LINE puts into the header `x-line-signature`. */
export const signatureOf = (body: string): string => createHmac('sha256', channelSecret).update(body).digest('base64')

/** LINE as its documentation describes it, so that the contract can play its part. */
export const provider = (): HttpProvider => {
  let endpoint: string | undefined
  const accepted = new Set<string>()
  return {
    chatId: (number) => `U${number.toString(16).padStart(32, '0')}`,
    update: (event) => {
      const words = wordsOf(event)
      return words && webhookOf(event, words)
    },
    sign: (body) => ({ 'content-type': 'application/json', 'x-line-signature': signatureOf(body) }),
    answer: ({ method, path, body, number, headers }, file) => {
      if (headers['authorization'] !== `Bearer ${channelAccessToken}`) return refusal(401, 'Authentication failed')
      const content = file(/^\/v2\/bot\/message\/([^/]+)\/content$/.exec(path)?.[1] ?? '')
      if (content !== undefined) return { headers: { 'content-type': content.type }, body: content.bytes }
      switch (`${method} ${path}`) {
        case 'POST /v2/bot/message/push': {
          const key = headers['x-line-retry-key'] ?? ''
          if (accepted.has(key)) return { ...refusal(409, 'The retry key is already accepted'), headers: { 'x-line-accepted-request-id': '1' } }
          accepted.add(key)
          return { body: { sentMessages: body.messages.map((_: unknown, index: number) => ({ id: idOf(number, index) })) } }
        }
        case 'POST /v2/bot/chat/loading/start':
          return { status: 202, body: {} }
        case 'GET /v2/bot/info':
          return { body: { userId: 'U0', basicId: '@shop', displayName: 'Tea shop' } }
        case 'POST /v2/oauth/verify':
          return { body: { client_id: '1350031035', expires_in: tokenSeconds, scope: 'P CM' } }
        case 'PUT /v2/bot/channel/webhook/endpoint':
          endpoint = body.endpoint
          return { body: {} }
        case 'GET /v2/bot/channel/webhook/endpoint':
          return endpoint === undefined ? refusal(404, 'not found') : { body: { endpoint, active: true } }
        default:
          return undefined
      }
    },
    shows,
    typing: ({ path, body }) => (path === '/v2/bot/chat/loading/start' ? body.chatId : undefined),
    refusals: {
      rateLimited: () => refusal(429, 'The API rate limit has been exceeded. Try again later.'),
      saysHowLong: false,
      expiredToken: refusal(401, 'Authentication failed due to the following reason: invalid token. Confirm that the access token is valid.'),
      refused: refusal(400, 'The request body has 1 error(s)'),
    },
  }
}

export const refusal = (status: number, message: string) => ({ status, body: { message } })
const idOf = (number: number, index: number): string => `46123096684206${number}${index}`

const webhookOf = ({ number, at, chatId }: ProviderEvent, words: object): object => ({
  destination: 'U0',
  events: [
    {
      mode: 'active',
      timestamp: at.getTime(),
      source: { type: 'user', userId: chatId },
      webhookEventId: `01FZ74A0TDDPYRVKNK77XKC3ZR${number}`,
      deliveryContext: { isRedelivery: false },
      ...words,
    },
  ],
})

/** `undefined` for what LINE never tells. */
function wordsOf(event: ProviderEvent): object | undefined {
  const message = (words: object) => ({ type: 'message', replyToken: 'token', message: { id: `message-${event.number}`, ...words } })
  switch (event.type) {
    case 'text':
      return message({ type: 'text', text: event.text })
    case 'image':
    case 'audio':
    case 'video':
      return event.caption === undefined ? message({ id: event.file.id, type: event.type, contentProvider: { type: 'line' } }) : undefined
    case 'file':
      return message({ id: event.file.id, type: 'file', fileName: event.file.name, fileSize: event.file.bytes.length })
    case 'location':
      return message({ type: 'location', title: 'my location', address: 'Kyiv', latitude: event.latitude, longitude: event.longitude })
    case 'press':
      return { type: 'postback', replyToken: 'token', postback: { data: event.value } }
    case 'blocked':
      return { type: 'unfollow' }
    case 'unblocked':
      return { type: 'follow', replyToken: 'token', follow: { isUnblocked: true } }
    case 'unknown':
      return message({ type: 'hologram' })
    default:
      return undefined
  }
}

function shows({ path, body, headers, number }: ProviderRequest): readonly ShownMessage[] | undefined {
  if (path !== '/v2/bot/message/push') return undefined
  return body.messages.map((message: any, index: number): ShownMessage => {
    const actions: any[] | undefined = message.template?.actions ?? message.quickReply?.items.map(({ action }: any) => action)
    return {
      chatId: body.to,
      kind: actions === undefined ? message.type : 'keyboard',
      text: message.template?.text ?? message.text,
      buttons: actions?.map((action) => [shownButton(action)]),
      file: message.originalContentUrl && { url: message.originalContentUrl },
      latitude: message.latitude,
      longitude: message.longitude,
      id: idOf(number, index),
      idempotencyKey: headers['x-line-retry-key'],
    }
  })
}

const shownButton = ({ type, label, data, uri }: any): ShownButton => ({
  text: label,
  ...(type === 'postback' ? { value: data } : {}),
  ...(type === 'uri' ? { url: uri } : {}),
  ...(type === 'location' ? { asks: 'location' } : {}),
})
