import type { Chat, Shown } from './chat.ts'
import { h } from './dom.ts'
import { messageView } from './message-view.ts'
import type { Texts } from './texts.ts'

export interface LogOptions {
  readonly origin: string
  readonly language: string
}

/** Still at the end when so few pixels are below. */
const nearEnd = 80

/** The messages. Rows that did not change stay the elements they are: focus, half-typed numbers and playing sounds survive what comes meanwhile. */
export class LogView {
  readonly element: HTMLElement
  readonly #chat: Chat
  readonly #texts: Texts
  readonly #options: LogOptions
  readonly #rows = new Map<string, { readonly state: string; readonly html: string; readonly element: HTMLElement }>()
  #atEnd = true

  constructor(chat: Chat, texts: Texts, options: LogOptions) {
    this.#chat = chat
    this.#texts = texts
    this.#options = options
    this.element = h('div', { class: 'log', role: 'log', 'aria-label': texts.messages, tabindex: 0, 'data-testid': 'widget-log' })
    this.element.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.element
      this.#atEnd = scrollHeight - scrollTop - clientHeight < nearEnd
    })
    // Pictures grow when they have come.
    this.element.addEventListener('load', () => this.#atEnd && this.toEnd(), true)
  }

  toEnd(): void {
    this.#atEnd = true
    this.element.scrollTop = this.element.scrollHeight
  }

  /** Answers whether somebody at the keyboard has lost what was in focus, because it was used up. */
  draw(): boolean {
    const atEnd = this.#atEnd
    const fromEnd = this.element.scrollHeight - this.element.scrollTop
    const focused = this.element.querySelector<HTMLElement>(':focus-visible')
    place(this.element, this.#elements())
    // Not a part of the rows' state: a half-typed number must survive that an agent works meanwhile.
    for (const control of this.element.querySelectorAll<HTMLButtonElement>('.buttons button')) {
      control.disabled = this.#chat.busy || control.closest('.spent') !== null
    }
    this.element.scrollTop = atEnd ? this.element.scrollHeight : this.element.scrollHeight - fromEnd
    return focused !== null && (!focused.isConnected || focused.matches(':disabled'))
  }

  #elements(): HTMLElement[] {
    const { shown, more, look, refused } = this.#chat
    if (look === undefined && shown.length === 0 && refused === undefined) return [this.#row('waiting', '', () => dots())]
    const lastButtons = shown.findLastIndex((message) => message.buttons !== undefined)
    // What was not sent is no answer: the buttons are still there to be pressed.
    const answered = shown.findLastIndex(({ from, pending = 'sending' }) => from === 'visitor' && pending === 'sending') > lastButtons
    const wanted = shown.flatMap((message, index) => {
      const before = shown[index - 1]
      const current = index === lastButtons && !answered
      const row = this.#row(message.key ?? message.id, JSON.stringify([message, current]), () =>
        messageView(message, { chat: this.#chat, texts: this.#texts, ...this.#options, current }),
      )
      // not a part of the row's state either: what comes above or below changes nothing inside
      row.classList.toggle('first', !together(before, message))
      row.classList.toggle('last', !together(message, shown[index + 1]))
      return dayOf(before) === dayOf(message) || (before === undefined && isToday(message)) ? [row] : [this.#day(message), row]
    })
    if (!more) return wanted
    const earlier = (): HTMLElement => h('button', { class: 'earlier', type: 'button', click: () => void this.#chat.earlier() }, this.#texts.earlier)
    return [this.#row('earlier', '', earlier), ...wanted]
  }

  #day(message: Shown): HTMLElement {
    const text = isToday(message)
      ? this.#texts.today
      : new Intl.DateTimeFormat(this.#options.language, { day: 'numeric', month: 'long' }).format(new Date(message.at))
    return this.#row(`day:${dayOf(message)}`, text, () => h('div', { class: 'day' }, text))
  }

  #row(key: string, state: string, make: () => HTMLElement): HTMLElement {
    const known = this.#rows.get(key)
    if (known?.state === state) return known.element
    const made = make()
    const html = made.outerHTML
    // A message that was pushed comes again with the history, told a little differently: what looks the same stays.
    const element = known?.html === html ? known.element : made
    this.#rows.set(key, { state, html, element })
    // Only what is new comes in with a movement.
    if (known === undefined) element.classList.add('new')
    return element
  }
}

export const dots = (): HTMLElement => h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'))

const dayOf = (message: Shown | undefined): string => (message === undefined ? '' : new Date(message.at).toDateString())
const isToday = (message: Shown): boolean => dayOf(message) === new Date().toDateString()

/** One author, one breath. */
const together = (a: Shown | undefined, b: Shown | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.from === b.from &&
  a.name === b.name &&
  a.kind !== 'system' &&
  b.kind !== 'system' &&
  Math.abs(Date.parse(b.at) - Date.parse(a.at)) < 300_000

/** Makes these the children, moving only what is out of its place. */
const place = (parent: HTMLElement, wanted: readonly HTMLElement[]): void => {
  let next = parent.firstChild
  for (const element of wanted) {
    if (element === next) next = next.nextSibling
    else parent.insertBefore(element, next)
  }
  while (next !== null) {
    const after = next.nextSibling
    next.remove()
    next = after
  }
}
