import DOMPurify from 'dompurify'
import type { Chat, Shown } from './chat.ts'
import { h, icon } from './dom.ts'
import type { Texts } from './texts.ts'

const markup = {
  ALLOWED_TAGS: ['b', 'strong', 'i', 'em', 'u', 's', 'a', 'code', 'pre', 'br', 'p', 'ul', 'ol', 'li', 'blockquote'],
  ALLOWED_ATTR: ['href'],
}

export interface MessageLook {
  readonly chat: Chat
  readonly texts: Texts
  readonly origin: string
  readonly language: string
  /** Its buttons may still be pressed. */
  readonly current: boolean
}

/** Which row is the first or the last of an author is the log's to say: the name stands above the first, the time below the last. */
export const messageView = (message: Shown, { chat, texts, origin, language, current }: MessageLook): HTMLElement => {
  if (message.from === 'system' || message.kind === 'system') return h('div', { class: 'line' }, systemText(message, texts))
  const mine = message.from === 'visitor'
  const name = mine ? undefined : (message.name ?? (message.from === 'operator' ? texts.operator : texts.bot))
  const row = h('div', { class: mine ? 'row mine' : 'row', 'data-testid': mine ? 'visitor-message' : 'incoming-message' })
  if (name !== undefined) row.append(h('span', { class: 'who' }, name))
  row.append(bubble(message, texts, { origin, language }))
  if (message.buttons !== undefined) row.append(buttons(message, chat, texts, current))
  if (message.pending !== undefined) row.append(pending(message, chat, texts))
  else row.append(h('time', { class: 'meta', datetime: minuteOf(message.at) }, clock(message.at, language)))
  return row
}

const minuteOf = (at: string): string => at.replace(/:\d\d(\.\d+)?Z$/, 'Z')
const clock = (at: string, language: string): string => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }).format(new Date(at))

const systemText = (message: Shown, texts: Texts): string => {
  if (message.text?.endsWith('joined the dialog')) return message.text.replace('joined the dialog', texts.joined)
  if (message.text?.endsWith('closed the request')) return texts.closed
  return message.text ?? ''
}

const bubble = (message: Shown, texts: Texts, { origin, language }: Pick<MessageLook, 'origin' | 'language'>): HTMLElement => {
  const url = message.media?.url === undefined ? undefined : new URL(message.media.url, origin).href
  const label = message.media?.name ?? texts.file
  const box = h('div', { class: message.kind === 'sticker' && url === undefined ? 'sticker' : 'bubble' })
  if (message.media?.failure !== undefined) box.append(texts.unavailable)
  else if (url !== undefined && (message.kind === 'image' || message.kind === 'sticker')) {
    box.append(h('a', { href: url, target: '_blank', rel: 'noopener' }, h('img', { src: url, alt: alt(message) ?? label, loading: 'lazy' })))
  } else if (url !== undefined && message.kind === 'video') box.append(h('video', { src: url, controls: true, preload: 'metadata' }))
  else if (url !== undefined && message.kind === 'audio') box.append(h('audio', { src: url, controls: true, preload: 'metadata' }))
  else if (message.media !== undefined) {
    const { size } = message.media
    const about = [icon('file'), h('span', {}, label, size !== undefined && h('small', {}, sizeOf(size, language)))]
    box.append(
      url === undefined ? h('span', { class: 'file' }, ...about) : h('a', { class: 'file', href: url, target: '_blank', rel: 'noopener' }, ...about),
    )
    if (message.pending === 'sending') box.append(h('span', { class: 'progress', 'aria-hidden': 'true' }))
  }
  if (message.kind === 'location') {
    const place = `https://www.openstreetmap.org/?mlat=${message.latitude}&mlon=${message.longitude}#map=16/${message.latitude}/${message.longitude}`
    box.append(h('a', { href: place, target: '_blank', rel: 'noopener' }, message.text || texts.place))
  } else if (message.text !== undefined && message.text !== '' && message.text !== message.media?.name) box.append(words(message))
  return box
}

/** Such as 1.2 MB. */
const sizeOf = (bytes: number, language: string): string => {
  const [unit, divisor] = bytes < 1_000_000 ? (['kilobyte', 1000] as const) : (['megabyte', 1_000_000] as const)
  const number = Math.max(bytes / divisor, 0.1)
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: number < 10 ? 1 : 0 }).format(number)
}

const words = (message: Shown): HTMLElement => {
  if (message.format !== 'html') return linked((message.text ?? '').trim())
  const box = h('span')
  box.append(DOMPurify.sanitize(message.text ?? '', { ...markup, RETURN_DOM_FRAGMENT: true }))
  for (const link of box.querySelectorAll('a')) {
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
  }
  return box
}

/** Markup is not for a screen reader's ear. */
const alt = ({ text, format }: Shown): string | undefined => (format === 'html' ? undefined : text)

/** Plain text with its addresses as links. */
const linked = (text: string): HTMLElement => {
  const box = h('span')
  for (const part of text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/)) {
    box.append(/^https?:\/\//.test(part) ? h('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part) : part)
  }
  return box
}

const buttons = (message: Shown, chat: Chat, texts: Texts, current: boolean): HTMLElement => {
  const rows = (message.buttons ?? []).map((row) =>
    h(
      'div',
      {},
      ...row.map((button) => {
        if (button.action === 'url') return h('a', { href: safe(button.url), target: '_blank', rel: 'noopener noreferrer' }, button.text)
        const press = (): void => {
          if (button.action === 'reply') chat.say({ value: button.value ?? button.text, text: button.text }, button.text)
          else if (button.action === 'contact') askPhone(box, chat, texts)
          else shareLocation(chat, button.text, texts)
        }
        return h('button', { type: 'button', click: press }, button.text)
      }),
    ),
  )
  // Whether they may be pressed now is the log's to say.
  const box = h('div', { class: current ? 'buttons' : 'buttons spent' }, ...rows)
  return box
}

const askPhone = (box: HTMLElement, chat: Chat, texts: Texts): void => {
  const input = h('input', { type: 'tel', autocomplete: 'tel', 'aria-label': texts.sharePhone, placeholder: '+380…', required: true })
  const form = h('form', { class: 'phone' }, input, h('button', { type: 'submit', class: 'icon send', 'aria-label': texts.send }, icon('send')))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const phone = input.value.trim()
    if (phone !== '' && !chat.busy) chat.say({ contact: { phone } }, phone)
  })
  box.replaceChildren(form)
  input.focus()
}

const shareLocation = (chat: Chat, label: string, texts: Texts): void => {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => chat.say({ location: { latitude: coords.latitude, longitude: coords.longitude } }, label),
    () => chat.dispatchEvent(new CustomEvent('trouble', { detail: texts.noPlace })),
  )
}

const pending = (message: Shown, chat: Chat, texts: Texts): HTMLElement => {
  if (message.pending === 'sending') return h('span', { class: 'meta' }, `${texts.sending}…`)
  const key = message.key ?? ''
  const gone = message.pending === 'gone'
  const retry = (): void => chat.outbox.retry(key)
  const choose = (): void => {
    chat.outbox.remove(key)
    chat.dispatchEvent(new Event('choose'))
  }
  return h(
    'span',
    { class: 'meta problem', role: 'alert' },
    h('span', {}, gone ? texts.gone : texts.failed),
    h('button', { type: 'button', click: gone ? choose : retry }, gone ? texts.choose : texts.retry),
    h('button', { type: 'button', click: () => chat.outbox.remove(key) }, texts.remove),
  )
}

/** Only addresses a browser opens as a page. */
const safe = (url: string | undefined): string | undefined => (url !== undefined && /^(https?:|tel:|mailto:|viber:|tg:)/i.test(url) ? url : undefined)
