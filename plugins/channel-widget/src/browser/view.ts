import type { Chat } from './chat.ts'
import { h, icon } from './dom.ts'
import { messageView } from './message-view.ts'
import { styles } from './styles.ts'
import type { Texts } from './texts.ts'

export interface ViewOptions {
  readonly origin: string
  /** Draws the chat into this element of the page instead of a button at its edge. */
  readonly place?: Element
  readonly openOnMessage: boolean
  readonly theme: 'light' | 'dark' | undefined
}

const maxFileBytes = 20 * 1024 * 1024
const typingEvery = 3000

/** The button and the window, in a shadow root. */
export class View {
  readonly host = document.createElement('parley-widget')
  readonly #chat: Chat
  readonly #texts: Texts
  readonly #options: ViewOptions
  readonly #root = h('div')
  readonly #launcher = h('button', { class: 'launcher', type: 'button', 'data-testid': 'widget-launcher', click: () => this.open(true) })
  readonly #panel: HTMLElement
  readonly #log: HTMLElement
  readonly #announce = h('div', { class: 'sr', role: 'status', 'aria-live': 'polite' })
  readonly #input: HTMLTextAreaElement
  readonly #send: HTMLButtonElement
  readonly #bar = h('div', { class: 'bar', role: 'status', hidden: true })
  readonly #activity = h('div', { class: 'activity', 'aria-live': 'polite' })
  readonly #title = h('h2')
  readonly #subtitle = h('p')
  readonly #file = h('input', { type: 'file', hidden: true })
  readonly #attach: HTMLButtonElement
  #opened = false
  #words: { title?: string; subtitle?: string } = {}
  #drawn = ''
  #typedAt = 0

  constructor(chat: Chat, texts: Texts, options: ViewOptions) {
    this.#chat = chat
    this.#texts = texts
    this.#options = options
    this.#input = h('textarea', { rows: 1, maxlength: 8000, placeholder: texts.write, 'aria-label': texts.write, 'data-testid': 'widget-input' })
    this.#send = h('button', { class: 'icon send', type: 'submit', 'aria-label': texts.send, disabled: true }, icon('send'))
    this.#attach = h('button', { class: 'icon', type: 'button', 'aria-label': texts.attach, click: () => this.#file.click() }, icon('clip'))
    const form = h('form', {}, this.#attach, this.#file, this.#input, this.#send)
    this.#log = h('div', { class: 'log', role: 'log', 'aria-label': texts.messages, tabindex: 0 })
    const closer = h('button', { class: 'icon closer', type: 'button', 'aria-label': texts.close, click: () => this.open(false) }, icon('close'))
    const header = h('header', {}, h('div', {}, this.#title, this.#subtitle), closer)
    this.#panel = h(
      'section',
      { class: 'panel', role: 'dialog', 'aria-label': texts.dialog, hidden: true, 'data-testid': 'widget-panel' },
      header,
      this.#bar,
      this.#log,
      this.#activity,
      form,
    )
    this.#launcher.append(icon('chat'))
    this.#root.append(this.#launcher, this.#panel, this.#announce)
    this.#listen(form)
    const shadow = this.host.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    shadow.adoptedStyleSheets = [sheet]
    shadow.append(this.#root)
    this.#theme()
    if (options.place === undefined) document.body.append(this.host)
    else {
      this.#root.className = 'inline'
      options.place.append(this.host)
      this.open(true, false)
    }
    this.#draw()
  }

  open(open: boolean, focus = true): void {
    this.#opened = open
    this.#panel.hidden = !open
    this.#launcher.hidden = open
    if (open) {
      this.#chat.connect()
      if (focus) this.#input.focus()
      this.#drawn = ''
      this.#draw()
      this.#log.scrollTop = this.#log.scrollHeight
    } else if (focus) this.#launcher.focus()
  }

  header(words: { title?: string; subtitle?: string }): void {
    this.#words = { ...this.#words, ...words }
    this.#draw()
  }

  /** @param colors CSS colours: background and text of the header, the button and the visitor's messages. */
  color(colors: { bg?: string; text?: string }): void {
    if (colors.bg !== undefined) this.host.style.setProperty('--bg', colors.bg)
    if (colors.text !== undefined) this.host.style.setProperty('--ink', colors.text)
  }

  theme(theme: 'light' | 'dark'): void {
    this.host.dataset['theme'] = theme
  }

  #theme(): void {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const follow = (): void => this.theme(this.#options.theme ?? (dark.matches ? 'dark' : 'light'))
    dark.addEventListener('change', follow)
    follow()
  }

  #listen(form: HTMLFormElement): void {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#submit()
    })
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault()
        this.#submit()
      }
    })
    this.#input.addEventListener('input', () => {
      this.#send.disabled = this.#input.value.trim() === '' || this.#blocked()
      this.#input.style.height = 'auto'
      this.#input.style.height = `${this.#input.scrollHeight}px`
      if (Date.now() - this.#typedAt < typingEvery) return
      this.#typedAt = Date.now()
      this.#chat.typing()
    })
    this.#file.addEventListener('change', () => void this.#upload())
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#options.place === undefined) this.open(false)
    })
    this.#chat.addEventListener('change', () => this.#draw())
    this.#chat.addEventListener('arrived', (event) => {
      const message = (event as CustomEvent<{ text?: string; from: string; name?: string }>).detail
      if (message.from === 'visitor') return
      this.#announce.textContent = `${message.name ?? this.#texts.bot}: ${message.text ?? ''}`
      if (!this.#opened && this.#options.openOnMessage) this.open(true, false)
    })
  }

  #submit(): void {
    const text = this.#input.value.trim()
    if (text === '' || this.#blocked()) return
    this.#chat.say({ text })
    this.#input.value = ''
    this.#input.style.height = 'auto'
    this.#send.disabled = true
    this.#log.scrollTop = this.#log.scrollHeight
  }

  async #upload(): Promise<void> {
    const file = this.#file.files?.[0]
    this.#file.value = ''
    if (file === undefined) return
    if (file.size > maxFileBytes) return this.#warn(this.#texts.tooLarge)
    await this.#chat.upload(file).catch(() => this.#warn(this.#texts.uploadFailed))
  }

  #warn(text: string): void {
    this.#bar.textContent = text
    this.#bar.hidden = false
    setTimeout(() => this.#draw(), 6000)
  }

  /** While an agent works the visitor waits for it. */
  #blocked(): boolean {
    return this.#chat.activity?.kind === 'thinking'
  }

  #draw(): void {
    const { look, refused, online, activity } = this.#chat
    const texts = this.#texts
    this.#title.textContent = this.#words.title ?? look?.title ?? texts.dialog
    this.#subtitle.textContent = this.#words.subtitle ?? look?.subtitle ?? ''
    this.#subtitle.hidden = this.#subtitle.textContent === ''
    if (look !== undefined && this.host.style.getPropertyValue('--bg') === '') this.color({ bg: look.color })
    if (this.#options.place === undefined) this.#root.className = look?.position === 'left' ? 'left' : ''
    this.#attach.hidden = look?.files === false
    this.#bar.hidden = (online || !this.#opened || look === undefined) && refused === undefined
    this.#bar.textContent = refused === undefined ? texts.offline : texts.refused
    this.#send.disabled = this.#input.value.trim() === '' || this.#blocked()
    this.#activity.replaceChildren(
      ...(activity === undefined ? [] : [h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), activityText(activity, texts)]),
    )
    const unread = this.#opened ? 0 : this.#chat.unread
    this.#launcher.setAttribute('aria-label', unread > 0 ? `${texts.open}, ${unread} ${texts.unread}` : texts.open)
    this.#launcher.replaceChildren(
      icon('chat'),
      ...(look?.launcher ? [look.launcher] : []),
      ...(unread > 0 ? [h('span', { class: 'count', 'aria-hidden': 'true' }, unread > 9 ? '9+' : String(unread))] : []),
    )
    if (this.#opened) {
      this.#drawLog()
      if (document.visibilityState === 'visible') this.#chat.markSeen()
    }
  }

  #drawLog(): void {
    const messages = this.#chat.shown
    const state = JSON.stringify([messages, this.#chat.more])
    if (state === this.#drawn) return
    this.#drawn = state
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 80
    const fromEnd = this.#log.scrollHeight - this.#log.scrollTop
    const lastButtons = messages.findLastIndex((message) => message.buttons !== undefined)
    const answered = messages.findLastIndex((message) => message.from === 'visitor') > lastButtons
    const rows = messages.map((message, index) => {
      const before = messages[index - 1]
      const grouped = before !== undefined && before.from === message.from && before.name === message.name
      return messageView(message, this.#chat, this.#texts, this.#options.origin, grouped, index === lastButtons && !answered)
    })
    const earlier = this.#chat.more
      ? [h('button', { class: 'earlier', type: 'button', click: () => void this.#chat.earlier() }, this.#texts.earlier)]
      : []
    this.#log.replaceChildren(...earlier, ...rows)
    this.#log.scrollTop = atEnd ? this.#log.scrollHeight : this.#log.scrollHeight - fromEnd
  }
}

const activityText = (activity: NonNullable<Chat['activity']>, texts: Texts): string =>
  activity.kind === 'thinking' ? activity.text : `${activity.text || texts.operator} ${texts.typing}…`
