import { createHash } from 'node:crypto'
import type { Button, ChannelAccount, MessageContent, OutboundMessage } from '@parley/plugin-conversations/api'

/** Of a buttons template; what is larger is written as a text with quick replies. */
const template = { textLimit: 160, buttons: 4 }
const altTextLimit = 400
const placeLimit = 100

/** The same UUID at every try, and another one for each part of a message that was split. */
export function retryKey({ id, part }: OutboundMessage): string {
  if (part === 0) return id
  const hex = createHash('sha256').update(`${id}.${part}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

/** A message in the words of LINE's API. Only kinds of `capabilities.kinds` come here. */
export const outgoingBody = ({ chatId, content }: OutboundMessage, account: ChannelAccount): object => ({
  to: chatId,
  messages: messagesOf(content, account),
})

function messagesOf(content: MessageContent, account: ChannelAccount): object[] {
  switch (content.kind) {
    case 'image': {
      const { url = '', type = 'image/jpeg' } = content.media
      // Files of this installation have signed paths; LINE needs the whole address.
      const address = new URL(url, account.webhookUrl).href
      const caption = content.text ?? ''
      // LINE shows nothing else than these two; an address it would refuse is a link that works.
      if (!['image/jpeg', 'image/png'].includes(type)) return [textOf(caption === '' ? address : `${caption}\n${address}`)]
      const image = { type: 'image', originalContentUrl: address, previewImageUrl: address }
      return caption === '' ? [image] : [image, textOf(caption)]
    }
    case 'location': {
      const { latitude, longitude, title, address } = content
      const place = `${latitude}, ${longitude}`
      const words = { title: (title ?? address ?? place).slice(0, placeLimit), address: (address ?? place).slice(0, placeLimit) }
      return [{ type: 'location', ...words, latitude, longitude }]
    }
    case 'keyboard':
      return [keyboardOf(content.text, content.buttons.flat(), content.placement)]
    default:
      return [textOf('text' in content ? (content.text ?? '') : '')]
  }
}

const textOf = (text: string): object => ({ type: 'text', text })

/** Buttons stay under the message; quick replies go when one is chosen, and are the only ones that can ask for a place. */
function keyboardOf(text: string, buttons: readonly Button[], placement: 'inline' | 'reply'): object {
  const actions = buttons.map(actionOf)
  const fits = text.length <= template.textLimit && buttons.length <= template.buttons
  if (placement === 'inline' && fits && !buttons.some(({ action }) => action === 'location'))
    return { type: 'template', altText: text.slice(0, altTextLimit), template: { type: 'buttons', text, actions } }
  return { ...textOf(text), quickReply: { items: actions.map((action) => ({ type: 'action', action })) } }
}

function actionOf({ text: label, action, url, value }: Button): object {
  if (action === 'url') return { type: 'uri', label, uri: url }
  if (action === 'location') return { type: 'location', label }
  return { type: 'postback', label, data: value ?? label, displayText: label }
}
