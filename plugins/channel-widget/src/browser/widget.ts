import { Chat } from './chat.ts'
import { readColors, readOptions, readParams, type Report } from './site-options.ts'
import { textsFor } from './texts.ts'
import { View } from './view.ts'

interface Running {
  readonly chat: Chat
  readonly view: View
}

/** The widget of a page, as the site commands it. */
export class Widget {
  readonly #origin: string
  readonly #report: Report
  #running: Running | undefined
  /** Events from before `init`, in order. */
  #waiting: (readonly [name: string, value: unknown])[] = []

  constructor({ origin, report }: { origin: string; report: Report }) {
    this.#origin = origin
    this.#report = report
  }

  command(name: unknown, options: unknown): void {
    if (name === 'init') this.#init(options)
    else this.#report(`kw: "${String(name)}" is not a command. Known is init.`)
  }

  event(name: unknown, value: unknown): void {
    const event = events[String(name)]
    if (event === undefined) this.#report(`kw_event: "${String(name)}" is not an event of the widget. Known are ${Object.keys(events).join(', ')}.`)
    else if (this.#running === undefined) this.#waiting.push([String(name), value])
    else event(this.#running, value, (text) => this.#report(`kw_event('${String(name)}'): ${text}`))
  }

  #init(given: unknown): void {
    this.#running?.view.remove()
    this.#running?.chat.close()
    const { bot = 1, place, color, params = {}, ...options } = readOptions(given, this.#report)
    const language = options.language ?? (document.documentElement.lang || navigator.language)
    const chat = new Chat({
      origin: this.#origin,
      bot,
      language,
      ...(options.userId === undefined ? {} : { userId: options.userId }),
      ...(options.userHash === undefined ? {} : { userHash: options.userHash }),
    })
    chat.params = params
    const view = new View(chat, textsFor(language), {
      origin: this.#origin,
      language,
      openOnMessage: options.openOnMessage === true,
      theme: options.theme,
      ...(place === undefined ? {} : { place }),
    })
    this.#running = { chat, view }
    if (color !== undefined) view.color(color)
    this.#begin(chat, view, place === undefined)
    const waiting = this.#waiting
    this.#waiting = []
    for (const [name, value] of waiting) this.event(name, value)
    dispatchEvent(new CustomEvent('parley:ready'))
  }

  #begin(chat: Chat, view: View, floating: boolean): void {
    let begun = false
    const begin = (): void => {
      // The first opening starts the scenario, once the server has said that there is no dialog yet.
      if (begun || !view.opened || !chat.online || chat.look?.start !== true) return
      begun = true
      if (!chat.started) chat.start()
    }
    chat.addEventListener('change', begin)
    chat.addEventListener('opened', () => {
      remember(view.opened && floating)
      begin()
    })
    if (chat.known) chat.connect()
    // Somebody in the middle of a talk goes on to the next page of the site.
    if (chat.known && remembered() && floating) view.open(true, false)
  }
}

type SiteEvent = (widget: Running, value: unknown, report: Report) => void

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? { ...value } : {})

const events: Readonly<Record<string, SiteEvent>> = {
  openchat: ({ view }, value) => view.open(value === 1 || value === true || value === '1'),
  command: ({ view }, value, report) => {
    const words: { title?: string; subtitle?: string } = {}
    for (const [name, text] of Object.entries(fieldsOf(value))) {
      if ((name === 'title' || name === 'subtitle') && typeof text === 'string') words[name] = text
      else report(`"${name}" has no effect. Known are the texts title and subtitle.`)
    }
    if (Object.keys(words).length === 0) report('it needs { title, subtitle }.')
    view.header(words)
  },
  emitevent: ({ chat }, value, report) => {
    const { event = 'alias', alias } = fieldsOf(value)
    if (event === 'alias' && typeof alias === 'string' && alias !== '') chat.start(alias)
    else report(`it needs { event: 'alias', alias: 'name-of-an-entry-point' }; other events do not exist.`)
  },
  kwsetparamsfromsite: ({ chat }, value, report) => {
    chat.params = { ...chat.params, ...readParams(fieldsOf(value)['params_from_site'], report) }
  },
  kwcolor: ({ view }, value, report) => view.color(readColors(value, report)),
  theme: ({ view }, value, report) => {
    if (value === 'dark' || value === 'light') view.theme(value)
    else report('it needs "light" or "dark".')
  },
}

/** Whether the chat is open, for as long as the tab lives. */
const remember = (open: boolean): void => {
  try {
    sessionStorage.setItem('parley:open', open ? '1' : '')
  } catch {
    // Storage is forbidden: the next page begins with the chat closed.
  }
}
const remembered = (): boolean => {
  try {
    return sessionStorage.getItem('parley:open') === '1'
  } catch {
    return false
  }
}
