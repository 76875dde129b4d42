/** The demo page: its look, the constructor of colours, the code to copy. */
const script = document.currentScript as HTMLScriptElement
const { botId = '1', locale = 'en', copied = 'Copied' } = script.dataset

const sheet = new CSSStyleSheet()
sheet.replaceSync(`
:root { color-scheme: light dark; font: 16px/24px system-ui, sans-serif; }
body { margin: 0; background: light-dark(#f3f4fa, #10121a); color: light-dark(#1b1d2a, #eceef6); }
main { max-width: 720px; margin: 0 auto; padding: 48px 20px 120px; }
h1 { font-size: 28px; line-height: 36px; margin: 0 0 8px; } h2 { font-size: 18px; margin: 32px 0 8px; } p { margin: 0 0 24px; color: light-dark(#4a4f66, #b4bad0); }
form { display: flex; flex-wrap: wrap; gap: 12px 24px; } label { display: inline-flex; gap: 8px; align-items: center; min-height: 32px; }
pre { overflow: auto; padding: 16px; border-radius: 10px; background: light-dark(#fff, #1b1f2c); border: 1px solid light-dark(#dfe2ee, #333a50); font-size: 13px; line-height: 20px; }
button { font: inherit; padding: 8px 16px; border-radius: 10px; border: 1px solid light-dark(#c8ccdd, #444c66); background: light-dark(#fff, #1b1f2c); color: inherit; cursor: pointer; }
#place { margin-top: 24px; height: 0; } #place.shown { height: 560px; }
`)
document.adoptedStyleSheets = [sheet]

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

document.body.hidden = false
document.getElementById('constructor')!.addEventListener('change', show)
document.getElementById('copy')!.addEventListener('click', (event) => {
  void navigator.clipboard.writeText(snippet()).then(() => ((event.target as HTMLElement).textContent = copied))
})
const widget = document.createElement('script')
widget.src = '/widget/kw.js'
widget.addEventListener('load', show)
document.head.append(widget)
