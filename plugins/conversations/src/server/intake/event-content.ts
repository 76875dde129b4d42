import type { Points } from '@parley/plugin-api'
import { messageContent, messageKinds, type MessageContent } from '../../api/index.ts'
import { storable } from '../storable.ts'

const textLimit = 32_768

/** Content as it may be stored: of a known kind and valid, or an `unsupported` line. The raw intake keeps what came. */
export const storedContent = (content: unknown, points: Points): MessageContent => {
  const clean = storable(content) as Record<string, unknown>
  const known = messageContent.safeParse(clipped(clean))
  if (known.success) return known.data
  const kind = String(clean['kind'] ?? 'unknown').slice(0, 64)
  const added = points.get(messageKinds).get(kind)?.schema['~standard'].validate(clean)
  // a kind of another plugin; this contract's type lists only its own
  if (added !== undefined && !(added instanceof Promise) && added.issues === undefined) return added.value as MessageContent
  const text = typeof clean['text'] === 'string' ? clean['text'].slice(0, 2048) : ''
  return { kind: 'unsupported', text, original: kind }
}

const clipped = (content: Record<string, unknown>): Record<string, unknown> =>
  typeof content['text'] === 'string' && content['text'].length > textLimit ? { ...content, text: content['text'].slice(0, textLimit) } : content

/** Content whose file still lies with the provider. */
export const needsFetch = (content: MessageContent): boolean =>
  'media' in content &&
  content.media !== undefined &&
  content.media.fileId === undefined &&
  (content.media.url ?? content.media.providerRef) !== undefined
