import { Widget } from './widget.ts'

type Calls = ((...call: unknown[]) => void) & { q?: ArrayLike<unknown>[] }
interface Page extends Window {
  kw?: Calls
  kw_event?: Calls
}

const script = document.currentScript as HTMLScriptElement | null

/** Takes over from the page's stub, with the calls that it has kept. */
const begin = (): void => {
  const page = window as Page
  const waiting = [...(page.kw?.q ?? [])]
  const waitingEvents = [...(page.kw_event?.q ?? [])]
  const widget = new Widget({
    origin: new URL(script?.src ?? location.href).origin,
    report: (text) => console.warn(`[Parley] ${text}`),
  })
  page.kw = (command, options) => widget.command(command, options)
  page.kw_event = (name, value) => widget.event(name, value)
  for (const call of waiting) page.kw(...Array.from(call))
  for (const call of waitingEvents) page.kw_event(...Array.from(call))
  const { botId, language } = script?.dataset ?? {}
  if (botId !== undefined) widget.command('init', { bot_id: botId, ...(language === undefined ? {} : { language_code: language }) })
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin)
else begin()
