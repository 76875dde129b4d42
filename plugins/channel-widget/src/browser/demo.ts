/** The demo page: its look, the constructor of colours, the code to copy. */
const script = document.currentScript as HTMLScriptElement
const { botId = '1', locale = 'en', copied = 'Copied' } = script.dataset

const control = (id: string): HTMLInputElement => document.getElementById(id) as HTMLInputElement
const page = window as unknown as { kw: (command: string, options: object) => void }

const options = (): Record<string, unknown> => ({
  bot_id: /^\d+$/.test(botId) ? Number(botId) : botId,
  language_code: locale,
  color: { header: { bg: control('bg').value, text: control('ink').value } },
  ...(control('dark').checked ? { theme: 'dark' } : {}),
  ...(control('frame').checked ? { place: '#place' } : {}),
})

const snippet = (): string => `<script>
  window.kw = window.kw || function () { (kw.q = kw.q || []).push(arguments) }
  window.kw_event = window.kw_event || function () { (kw_event.q = kw_event.q || []).push(arguments) }
  kw('init', ${JSON.stringify(options(), undefined, 2).replaceAll('\n', '\n  ')})
</script>
<script async src="${location.origin}/widget/kw.js"></script>`

const show = (): void => {
  document.getElementById('code')!.textContent = snippet()
  document.getElementById('place')!.className = control('frame').checked ? 'shown' : ''
  page.kw('init', options())
}

document.getElementById('constructor')!.addEventListener('change', show)
document.getElementById('copy')!.addEventListener('click', (event) => {
  void navigator.clipboard.writeText(snippet()).then(() => ((event.target as HTMLElement).textContent = copied))
})
const widget = document.createElement('script')
widget.src = '/widget/kw.js'
widget.addEventListener('load', show)
document.head.append(widget)
