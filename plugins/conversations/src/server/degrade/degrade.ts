import { contentToText, type ChannelCapabilities, type Media, type MessageContent, type MessageKind } from '../../api/index.ts'
import { escapeHtml, sanitizeHtml, splitHtml, stripHtml } from './html.ts'
import { fitKeyboard, type Choice, type KeyboardContent } from './keyboard.ts'
import { splitText } from './split-text.ts'

export interface DegradeContext {
  /** An address at which the client can open a file. */
  readonly linkOf: (media: Media) => string | undefined
  /** Words for kinds that other plugins add. */
  readonly wordsOf?: (content: MessageContent) => string | undefined
}

export interface Degraded {
  /** What is sent, in order; every part is of a kind and a length that the channel takes. */
  readonly parts: readonly MessageContent[]
  /** Short key -> long value of a button: to be kept before the message leaves. */
  readonly values: ReadonlyMap<string, string>
  /** The buttons that the text numbers because the channel cannot show them; `undefined` for those that only have an address. Empty when there are none. */
  readonly choices: readonly (Choice | undefined)[]
}

type Captioned = Extract<MessageContent, { kind: 'image' | 'file' | 'audio' | 'video' }>

const signs: Partial<Record<MessageKind, string>> = { image: '🖼', file: '📎', audio: '🔊', video: '🎬', sticker: '🙂' }
const isCaptioned = (content: MessageContent): content is Captioned => ['image', 'file', 'audio', 'video'].includes(content.kind)

/** Turns any content into what a channel can show. Pure: the same content and capabilities give the same parts, so a repeated send repeats them. */
export const degrade = (content: MessageContent, capabilities: ChannelCapabilities, context: DegradeContext): Degraded => {
  const can = (kind: MessageKind): boolean => capabilities.kinds.includes(kind)
  const only = (parts: readonly MessageContent[]): Degraded => ({ parts, values: new Map(), choices: [] })
  if (content.kind === 'keyboard') return keyboardParts(content, capabilities)
  if (content.kind === 'text') return only(textParts(content.text, content.format, capabilities))
  const tooLarge = isTooLarge(content, capabilities) && context.linkOf(content.media) !== undefined
  if (tooLarge) return only(textParts(words(content, context), undefined, capabilities))
  if (isCaptioned(content)) {
    if (can(content.kind)) return only(captionedParts(content, capabilities))
    if (can('file')) return only(captionedParts({ ...content, kind: 'file' }, capabilities))
  } else if (can(content.kind)) return only([content])
  return only(textParts(words(content, context), undefined, capabilities))
}

const isTooLarge = (content: MessageContent, { maxFileBytes = Infinity }: ChannelCapabilities): content is MessageContent & { media: Media } =>
  'media' in content && (content.media?.size ?? 0) > maxFileBytes

const words = (content: MessageContent, { linkOf, wordsOf }: DegradeContext): string => {
  const html = 'format' in content && content.format === 'html'
  const text = wordsOf?.(content) ?? contentToText(content)
  const said = (html ? stripHtml(text) : text) || (signs[content.kind] ?? content.kind)
  const file = 'media' in content && content.media !== undefined ? linkOf(content.media) : undefined
  const place =
    content.kind === 'location' && said !== `${content.latitude}, ${content.longitude}` ? `${content.latitude}, ${content.longitude}` : undefined
  return [said, file, place].filter((line) => line !== undefined).join('\n')
}

const textParts = (text: string, format: 'plain' | 'html' | undefined, { html, textLimit }: ChannelCapabilities): MessageContent[] =>
  pieces(text, format, html, textLimit, textLimit).map((piece) => ({ kind: 'text', text: piece, ...formatOf(format, html) }))

/** The caption goes with the file as far as it fits; the rest follows as texts. */
const captionedParts = (content: Captioned, { html, textLimit, captionLimit = textLimit }: ChannelCapabilities): MessageContent[] => {
  const { text, ...bare } = content
  const format = 'format' in content ? content.format : undefined
  if ('format' in bare) delete bare.format
  if (text === undefined || text.trim() === '') return [bare]
  const [caption, ...rest] = pieces(text, format, html, textLimit, captionLimit)
  const written = formatOf(format, html)
  if (caption === undefined) return [bare]
  const withFormat = content.kind === 'audio' ? {} : written
  return [{ ...bare, text: caption, ...withFormat } as MessageContent, ...rest.map((piece) => ({ kind: 'text' as const, text: piece, ...written }))]
}

const keyboardParts = (content: KeyboardContent, capabilities: ChannelCapabilities): Degraded => {
  const { html, textLimit, keyboard, kinds } = capabilities
  const { buttons, placement, lines, values, choices } = fitKeyboard(content, kinds.includes('keyboard') ? keyboard : undefined)
  const added = lines.length === 0 ? '' : `\n\n${lines.join('\n')}`
  const text = content.text + (content.format === 'html' && html ? escapeHtml(added) : added)
  const said = content.format === 'html' && !html ? stripHtml(content.text) + added : text
  const all = pieces(said, html ? content.format : undefined, html, textLimit, textLimit)
  const format = formatOf(content.format, html)
  const parts = all.map((piece, index): MessageContent =>
    index < all.length - 1 || buttons === undefined
      ? { kind: 'text', text: piece, ...format }
      : { kind: 'keyboard', text: piece, ...format, buttons, placement },
  )
  return { parts, values, choices }
}

const formatOf = (format: 'plain' | 'html' | undefined, html: boolean): { format?: 'html' } => (format === 'html' && html ? { format } : {})

const pieces = (text: string, format: 'plain' | 'html' | undefined, html: boolean, limit: number, first: number): string[] => {
  if (format !== 'html') return splitText(text, limit, first)
  if (!html) return splitText(stripHtml(text), limit, first)
  const found = splitHtml(text, limit, first)
  return found.length === 0 && text.trim() !== '' ? [sanitizeHtml(text)].filter(Boolean) : found
}
