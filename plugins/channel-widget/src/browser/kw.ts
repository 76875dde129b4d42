import { Chat } from './chat.ts'
import { textsFor } from './texts.ts'
import { View } from './view.ts'

interface InitOptions {
  readonly bot_id?: number | string
  readonly user_id?: string
  readonly user_hash?: string
  readonly language_code?: string
  readonly params_from_site?: Record<string, unknown>
  readonly color?: { readonly header?: { readonly bg?: string; readonly text?: string } } | string
  readonly open_on_msg?: boolean
  readonly theme?: 'light' | 'dark'
  /** An element, or a selector of one: the chat is drawn into it. */
  readonly place?: Element | string
}

type Colors = { readonly header?: { readonly bg?: string; readonly text?: string } }

const script = document.currentScript as HTMLScriptElement | null
const origin = new URL(script?.src ?? location.href).origin

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

/** The widget of a page. Calls before `init` (or before this script came) are kept by the page's stub and carried out in order. */
class Widget {
  #chat: Chat | undefined
  #view: View | undefined

  init(options: InitOptions = {}): void {
    this.#view?.remove()
    this.#chat?.close()
    const language = options.language_code ?? (document.documentElement.lang || navigator.language)
    const chat = new Chat({
      origin,
      bot: options.bot_id ?? 1,
      language,
      ...(options.user_id === undefined ? {} : { userId: options.user_id }),
      ...(options.user_hash === undefined ? {} : { userHash: options.user_hash }),
    })
    chat.params = { ...options.params_from_site }
    const place = (typeof options.place === 'string' ? document.querySelector(options.place) : options.place) ?? undefined
    this.#chat = chat
    this.#view = new View(chat, textsFor(language), {
      origin,
      language,
      openOnMessage: options.open_on_msg === true,
      theme: options.theme,
      ...(place === undefined ? {} : { place }),
    })
    if (options.color !== undefined) this.#view.color(typeof options.color === 'string' ? { bg: options.color } : (options.color.header ?? {}))
    const view = this.#view
    let begun = false
    const begin = (): void => {
      // The first opening starts the scenario, once the server has said that there is no dialog yet.
      if (begun || !view.opened || !chat.online || chat.look?.start !== true) return
      begun = true
      if (!chat.started) chat.start()
    }
    chat.addEventListener('change', begin)
    chat.addEventListener('opened', () => {
      remember(view.opened && place === undefined)
      begin()
    })
    if (chat.known) chat.connect()
    // Somebody in the middle of a talk goes on to the next page of the site.
    if (chat.known && remembered() && place === undefined) view.open(true, false)
    dispatchEvent(new CustomEvent('parley:ready'))
  }

  event(name: string, value: unknown): void {
    const chat = this.#chat
    const view = this.#view
    if (chat === undefined || view === undefined) return
    if (name === 'openchat') view.open(value === 1 || value === true)
    else if (name === 'command') view.header(value as { title?: string; subtitle?: string })
    else if (name === 'emitevent') chat.start(String((value as { alias?: string }).alias ?? ''))
    else if (name === 'kwsetparamsfromsite') chat.params = { ...chat.params, ...(value as { params_from_site?: object }).params_from_site }
    else if (name === 'kwcolor') view.color((value as Colors).header ?? {})
    else if (name === 'theme') view.theme(value === 'dark' ? 'dark' : 'light')
    else
      console.warn(`kw_event: "${name}" is not an event of the widget. Known are openchat, command, emitevent, kwsetparamsfromsite, kwcolor, theme.`)
  }
}

interface Page extends Window {
  kw?: ((...call: unknown[]) => void) & { q?: ArrayLike<unknown>[] }
  kw_event?: ((...call: unknown[]) => void) & { q?: ArrayLike<unknown>[] }
}

const begin = (): void => {
  const page = window as Page
  const waiting = [...(page.kw?.q ?? [])]
  const waitingEvents = [...(page.kw_event?.q ?? [])]
  const widget = new Widget()
  page.kw = (command, options) => {
    if (command === 'init') widget.init(options as InitOptions)
  }
  page.kw_event = (name, value) => widget.event(String(name), value)
  for (const call of waiting) page.kw(...Array.from(call))
  for (const call of waitingEvents) page.kw_event(...Array.from(call))
  if (script?.dataset['botId'] !== undefined)
    widget.init({
      bot_id: script.dataset['botId'],
      ...(script.dataset['language'] === undefined ? {} : { language_code: script.dataset['language'] }),
    })
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin)
else begin()
