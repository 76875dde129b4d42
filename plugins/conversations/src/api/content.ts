import { z } from 'zod'

/**
 * A file of the file store, or an address it can be fetched from (a driver's inbound events carry the latter; the inbox re-hosts it).
 *
 * To `send` a file of the store comes with `fileId` and a signed `url` that is a path of this installation: `new URL(url, account.webhookUrl)` is where a
 * provider fetches it. Whoever has it may read the file, without anything else; it may get further query parameters (`&as=.png`), for providers that look at the end.
 */
export const media = z.object({
  fileId: z.string().optional(),
  /** Re-hosted: a signed path of this installation, `/files/<id>/<name>?signature=…`. Not yet: where to fetch it. */
  url: z.string().optional(),
  /** The provider's own handle, for drivers whose files need a call with the token. */
  providerRef: z.string().optional(),
  name: z.string().max(255).optional(),
  type: z.string().max(127).optional(),
  size: z.number().int().nonnegative().optional(),
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  /** Seconds. */
  duration: z.number().nonnegative().optional(),
  /** Why the file could not be fetched; the message itself is kept. */
  failure: z.string().optional(),
})
export type Media = z.infer<typeof media>

/** `reply` sends `value` back (the text is shown); `contact` and `location` ask the client's app for them. */
export const button = z.object({
  text: z.string().min(1).max(256),
  action: z.enum(['reply', 'url', 'contact', 'location']).default('reply'),
  value: z.string().max(1024).optional(),
  url: z.string().max(2048).optional(),
})
export type Button = z.infer<typeof button>

const format = z.enum(['plain', 'html']).optional()
const caption = z.string().max(4096).optional()

/** The kinds of message; `conversations.message-kinds@1` adds others. */
export const messageContent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string().min(1).max(32_768), format }),
  z.object({ kind: z.literal('image'), media, text: caption, format }),
  z.object({ kind: z.literal('file'), media, text: caption, format }),
  z.object({ kind: z.literal('audio'), media, text: caption }),
  z.object({ kind: z.literal('video'), media, text: caption, format }),
  z.object({ kind: z.literal('sticker'), media: media.optional(), emoji: z.string().max(32).optional() }),
  z.object({
    kind: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    title: z.string().max(256).optional(),
    address: z.string().max(512).optional(),
  }),
  z.object({
    kind: z.literal('contact'),
    phone: z.string().max(64),
    name: z.string().max(256).optional(),
    /** True when the client shared the own card. */ own: z.boolean().optional(),
  }),
  /** Text with buttons, in rows. `inline`: under the message; `reply`: in place of the keyboard. */
  z.object({
    kind: z.literal('keyboard'),
    text: z.string().min(1).max(32_768),
    format,
    buttons: z.array(z.array(button).min(1).max(8)).min(1).max(100),
    placement: z.enum(['inline', 'reply']).default('inline'),
  }),
  /** A button the client pressed: the value of the button, its text, where known. */
  z.object({ kind: z.literal('press'), value: z.string().max(1024), text: z.string().max(256).optional() }),
  /** A line of the log of the dialog, such as "Oksana took the chat"; `code` lets screens translate it. */
  z.object({
    kind: z.literal('system'),
    text: z.string().max(2048),
    code: z.string().max(64).optional(),
    data: z.record(z.string(), z.string()).optional(),
  }),
  /** For the team only; never sent to the channel. */
  z.object({ kind: z.literal('note'), text: z.string().min(1).max(32_768) }),
  /** Something this version does not know; the raw intake keeps it whole. */
  z.object({ kind: z.literal('unsupported'), text: z.string().max(2048), original: z.string().max(64) }),
])
export type MessageContent = z.infer<typeof messageContent>
export type MessageContentInput = z.input<typeof messageContent>
/** `text`, `image`, `keyboard`, … */
export type MessageKind = MessageContent['kind']

/** Words for lists, notifications and channels without the kind. */
export const contentToText = (content: MessageContent): string => {
  switch (content.kind) {
    case 'text':
    case 'keyboard':
    case 'system':
    case 'note':
    case 'unsupported':
      return content.text
    case 'press':
      return content.text ?? content.value
    case 'contact':
      return [content.name, content.phone].filter(Boolean).join(', ')
    case 'location':
      return content.title ?? content.address ?? `${content.latitude}, ${content.longitude}`
    case 'sticker':
      return content.emoji ?? ''
    default:
      return content.text ?? content.media.name ?? ''
  }
}
