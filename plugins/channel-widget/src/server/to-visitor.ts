import type { Message, OutboundMessage } from '@parley/plugin-conversations/api'
import type { VisitorMessage } from '../api/index.ts'

type Content = Message['content']

/** What a stored message looks like to the visitor; `undefined` for what is not the visitor's to see. */
export const toVisitor = (message: Message): VisitorMessage | undefined => {
  if (message.direction === 'internal' && message.content.kind !== 'system') return undefined
  // Lines such as "put into the queue" are for the team; who joined and that it is over concerns both.
  if (message.content.kind === 'system' && !['operator_connected', 'request_closed'].includes(message.content.code ?? '')) return undefined
  const { kind } = message.author
  return {
    id: message.id,
    number: message.number,
    from: kind === 'client' ? 'visitor' : kind,
    ...(kind === 'operator' && message.author.name !== undefined ? { name: message.author.name } : {}),
    ...look(message.content),
    ...(kind === 'client' ? { state: message.state } : {}),
    ...(message.externalId === undefined ? {} : { key: message.externalId }),
    at: message.createdAt,
  }
}

/** The same for a message on its way out. */
export const outgoing = (message: OutboundMessage, at: Date): VisitorMessage => ({
  id: message.id,
  number: message.number,
  from: message.author.kind === 'client' ? 'visitor' : message.author.kind,
  ...(message.author.kind === 'operator' && message.author.name !== undefined ? { name: message.author.name } : {}),
  ...look(message.content),
  at: at.toISOString(),
})

const look = (content: Content): Pick<VisitorMessage, 'kind'> & Partial<VisitorMessage> => {
  switch (content.kind) {
    case 'text':
      return { kind: 'text', text: content.text, ...(content.format === undefined ? {} : { format: content.format }) }
    case 'keyboard':
      return { kind: 'keyboard', text: content.text, buttons: content.buttons, ...(content.format === undefined ? {} : { format: content.format }) }
    case 'image':
    case 'file':
    case 'audio':
    case 'video': {
      const { url, name, type, size, width, height, failure } = content.media
      return {
        kind: content.kind,
        media: { url, name, type, size, width, height, failure },
        ...(content.text === undefined ? {} : { text: content.text }),
        ...('format' in content && content.format !== undefined ? { format: content.format } : {}),
      }
    }
    case 'sticker':
      return { kind: 'sticker', text: content.emoji ?? '', ...(content.media?.url === undefined ? {} : { media: { url: content.media.url } }) }
    case 'location':
      return { kind: 'location', latitude: content.latitude, longitude: content.longitude, text: content.title ?? content.address ?? '' }
    case 'contact':
      return { kind: 'contact', text: content.phone }
    case 'press':
      return { kind: 'text', text: content.text ?? content.value }
    default:
      return { kind: content.kind, text: content.text }
  }
}
