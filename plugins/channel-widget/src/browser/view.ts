import type { Chat } from './chat.ts'
import { inkOn } from './colors.ts'
import { h, icon } from './dom.ts'
import { dots, LogView } from './log-view.ts'
import { styles } from './styles.ts'
import type { Texts } from './texts.ts'

export interface ViewOptions {
  readonly origin: string
  readonly language: string
  /** Draws the chat into this element of the page instead of a button at its edge. */
  readonly place?: Element
  readonly openOnMessage: boolean
  readonly theme: 'light' | 'dark' | undefined
}

const maxFileBytes = 20 * 1024 * 1024
const typingEvery = 3000
const warningShown = 6000

/** The button and the window, in a shadow root. */
export class View {
  readonly host = document.createElement('parley-widget')
  readonly #chat: Chat
  readonly #texts: Texts
  readonly #options: ViewOptions
  readonly #root = h('div')
  readonly #launcher = h('button', {
    class: 'launcher',
    type: 'button',
    'aria-haspopup': 'dialog',
    'data-testid': 'widget-launcher',
    click: () => this.open(true),
  })
  readonly #panel: HTMLElement
  readonly #log: LogView
  readonly #announce = h('div', { class: 'sr', role: 'status', 'aria-live': 'polite' })
  readonly #input: HTMLTextAreaElement
  readonly #send: HTMLButtonElement
  readonly #bar = h('div', { class: 'bar', role: 'status', hidden: true, 'data-testid': 'widget-bar' })
  readonly #activity = h('div', { class: 'activity', 'aria-live': 'polite', 'data-testid': 'widget-activity' })
  readonly #title = h('h2')
  readonly #subtitle = h('p')
  readonly #file = h('input', { type: 'file', hidden: true, tabindex: -1, 'data-testid': 'widget-file' })
  readonly #attach: HTMLButtonElement
  #words: { title?: string; subtitle?: string } = {}
  #colored = false
  #warning = ''
  #typedAt = 0
  opened = false

  constructor(chat: Chat, texts: Texts, options: ViewOptions) {
    this.#chat = chat
    this.#texts = texts
    this.#options = options
    this.#input = h('textarea', { rows: 1, maxlength: 8000, placeholder: texts.write, 'aria-label': texts.write, 'data-testid': 'widget-input' })
    this.#input.value = chat.storage.get<string>('draft') ?? ''
    this.#send = h('button', { class: 'icon send', type: 'submit', 'aria-label': texts.send, 'data-testid': 'widget-send' }, icon('send'))
    this.#attach = h(
      'button',
      { class: 'icon', type: 'button', 'aria-label': texts.attach, 'data-testid': 'widget-attach', click: () => this.#file.click() },
      icon('clip'),
    )
    const form = h('form', { class: 'composer' }, h('div', { class: 'field' }, this.#attach, this.#file, this.#input, this.#send))
    this.#log = new LogView(chat, texts, options)
    const closer = h('button', { class: 'icon closer', type: 'button', 'aria-label': texts.close, click: () => this.open(false) }, icon('close'))
    const header = h('header', {}, h('span', { class: 'badge' }, icon('chat')), h('div', {}, this.#title, this.#subtitle), closer)
    this.#panel = h(
      'section',
      { class: 'panel', role: 'dialog', 'aria-label': texts.dialog, hidden: true, 'data-testid': 'widget-panel' },
      header,
      this.#bar,
      this.#log.element,
      this.#activity,
      form,
    )
    this.#root.append(this.#launcher, this.#panel, this.#announce)
    this.#listen(form)
    const shadow = this.host.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    shadow.adoptedStyleSheets = [sheet]
    shadow.append(this.#root)
    this.#followTheme()
    if (options.place === undefined) document.body.append(this.host)
    else {
      this.#root.className = 'inline'
      options.place.append(this.host)
      this.open(true, false)
    }
    this.#grow()
    this.#draw()
  }

  open(open: boolean, focus = true): void {
    this.opened = open
    this.#panel.hidden = !open
    this.#launcher.hidden = open
    if (open) {
      this.#chat.connect()
      this.#draw()
      this.#log.toEnd()
      this.#grow()
      if (focus) this.#input.focus()
    } else if (focus) this.#launcher.focus()
    this.#chat.dispatchEvent(new Event('opened'))
  }

  header(words: { title?: string; subtitle?: string }): void {
    this.#words = { ...this.#words, ...words }
    this.#draw()
  }

  /** @param colors CSS colours: background and text of the header, the button and the visitor's messages. */
  color({ bg, text }: { bg?: string; text?: string }): void {
    this.#colored = true
    if (bg !== undefined) this.host.style.setProperty('--bg', bg)
    const ink = text ?? (bg === undefined ? undefined : inkOn(bg))
    if (ink !== undefined) this.host.style.setProperty('--ink', ink)
  }

  theme(theme: 'light' | 'dark'): void {
    this.host.dataset['theme'] = theme
  }

  remove(): void {
    document.removeEventListener('visibilitychange', this.#seen)
    this.host.remove()
  }

  #followTheme(): void {
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
    this.#input.addEventListener('input', () => this.#typed())
    this.#file.addEventListener('change', () => this.#attachChosen())
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#options.place === undefined) this.open(false)
    })
    document.addEventListener('visibilitychange', this.#seen)
    this.#chat.addEventListener('change', () => this.#draw())
    this.#chat.addEventListener('choose', () => this.#file.click())
    this.#chat.addEventListener('trouble', (event) => this.#warn((event as CustomEvent<string>).detail))
    this.#chat.addEventListener('arrived', (event) => {
      const message = (event as CustomEvent<{ text?: string; from: string; name?: string }>).detail
      if (message.from === 'visitor' || this.opened) return
      this.#announce.textContent = `${message.name ?? this.#texts.bot}: ${message.text ?? ''}`
      if (this.#options.openOnMessage) this.open(true, false)
    })
  }

  #typed(): void {
    this.#chat.storage.set('draft', this.#input.value)
    this.#send.disabled = this.#idle()
    this.#grow()
    if (this.#input.value === '' || Date.now() - this.#typedAt < typingEvery) return
    this.#typedAt = Date.now()
    this.#chat.typing()
  }

  #grow(): void {
    this.#input.style.height = 'auto'
    this.#input.style.height = `${this.#input.scrollHeight}px`
  }

  #submit(): void {
    if (this.#idle()) return
    const text = this.#input.value.trim()
    this.#input.value = ''
    // The next words are news again.
    this.#typedAt = 0
    this.#chat.storage.remove('draft')
    this.#grow()
    this.#log.toEnd()
    this.#chat.say({ text }, text)
    // The button that was pressed is off now, and focus would be lost with it.
    this.#input.focus()
  }

  #attachChosen(): void {
    const file = this.#file.files?.[0]
    this.#file.value = ''
    if (file === undefined) return
    if (file.size > maxFileBytes) return this.#warn(this.#texts.tooLarge)
    // The agent may have begun while the visitor looked for the file.
    if (this.#chat.busy) return this.#warn(this.#texts.wait)
    this.#log.toEnd()
    this.#chat.sendFile(file)
    this.#input.focus()
  }

  #warn(text: string): void {
    this.#warning = text
    this.#draw()
    setTimeout(() => {
      this.#warning = ''
      this.#draw()
    }, warningShown)
  }

  /** Nothing to send, or an agent works and the visitor waits for it. */
  #idle(): boolean {
    return this.#input.value.trim() === '' || this.#chat.busy
  }

  readonly #seen = (): void => {
    if (this.opened && document.visibilityState === 'visible') this.#chat.markSeen()
  }

  #draw(): void {
    const { look, refused, online, troubled, activity } = this.#chat
    const texts = this.#texts
    this.#title.textContent = this.#words.title ?? look?.title ?? texts.dialog
    this.#subtitle.textContent = this.#words.subtitle ?? look?.subtitle ?? ''
    this.#subtitle.hidden = this.#subtitle.textContent === ''
    if (look !== undefined && !this.#colored) this.color({ bg: look.color })
    if (this.#options.place === undefined) this.#root.className = look?.position === 'left' ? 'left' : ''
    this.#attach.hidden = look?.files === false
    this.#attach.disabled = this.#chat.busy
    const bar = this.#warning || (refused !== undefined ? texts.refused : !online && troubled ? texts.offline : '')
    if (this.#bar.textContent !== bar) this.#bar.textContent = bar
    this.#bar.hidden = bar === ''
    this.#send.disabled = this.#idle()
    const doing = activity === undefined ? '' : activityText(activity, texts)
    if (this.#activity.textContent !== doing) this.#activity.replaceChildren(...(doing === '' ? [] : [dots(), doing]))
    this.#drawLauncher()
    if (!this.opened) return
    if (this.#log.draw()) this.#input.focus()
    this.#seen()
  }

  #drawLauncher(): void {
    const unread = this.opened ? 0 : this.#chat.unread
    const { texts, words } = { texts: this.#texts, words: this.#chat.look?.launcher ?? '' }
    this.#launcher.setAttribute('aria-label', [words || texts.open, unread > 0 && `${texts.unread}: ${unread}`].filter(Boolean).join(', '))
    this.#launcher.replaceChildren(
      icon('chat'),
      ...(words === '' ? [] : [words]),
      ...(unread > 0 ? [h('span', { class: 'count', 'aria-hidden': 'true' }, unread > 9 ? '9+' : String(unread))] : []),
    )
  }
}

const activityText = (activity: NonNullable<Chat['activity']>, texts: Texts): string =>
  activity.kind === 'thinking' ? activity.text || texts.thinking : `${activity.text || texts.operator} ${texts.typing}…`
