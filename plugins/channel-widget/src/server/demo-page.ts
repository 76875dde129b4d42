import { randomBytes } from 'node:crypto'
import type { ChannelAccount } from '@parley/plugin-conversations/api'

const words = {
  en: {
    title: 'Widget demo',
    lead: 'This is how the widget looks and works on a site. Try the colours, then copy the code into your page.',
    look: 'Look',
    color: 'Colour',
    text: 'Text',
    dark: 'Dark theme',
    frame: 'As a frame in the page',
    code: 'Code for your site',
    copy: 'Copy',
    copied: 'Copied',
    missing: 'There is no chat here yet',
    missingLead: 'Bot {bot} has no active website widget. Connect one in Settings, Bots, Channels, and reload this page.',
  },
  uk: {
    title: 'Демо віджета',
    lead: 'Так віджет виглядає і працює на сайті. Спробуйте кольори, потім скопіюйте код на свою сторінку.',
    look: 'Вигляд',
    color: 'Колір',
    text: 'Текст',
    dark: 'Темна тема',
    frame: 'Як вікно у сторінці',
    code: 'Код для вашого сайту',
    copy: 'Копіювати',
    copied: 'Скопійовано',
    missing: 'Тут ще немає чату',
    missingLead: 'Бот {bot} не має активного віджета для сайту. Підключіть його в Налаштуваннях, Боти, Канали, і оновіть цю сторінку.',
  },
}

const style = `
:root { color-scheme: light dark; font: 16px/24px Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; --line: light-dark(#e3e5ee, #2e3342);
  --card: light-dark(#fff, #191c26); --muted: light-dark(#565b70, #a5abc0); }
* { box-sizing: border-box; }
body { margin: 0; background: light-dark(#f5f6fa, #11131b); color: light-dark(#191b26, #eceef5); }
main { max-width: 720px; margin: 0 auto; padding: 56px 20px 120px; }
main.narrow { max-width: 520px; padding-block: 20vh 40px; text-align: center; }
h1 { font-size: 28px; line-height: 36px; margin: 0 0 8px; letter-spacing: -0.01em; } p { margin: 0; color: var(--muted); }
section { margin-block-start: 24px; padding: 20px; border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
h2 { font-size: 16px; line-height: 24px; margin: 0 0 12px; }
form { display: flex; flex-wrap: wrap; gap: 12px 28px; } label { display: inline-flex; gap: 10px; align-items: center; min-height: 32px; }
input[type='color'] { width: 40px; height: 32px; padding: 2px; border: 1px solid var(--line); border-radius: 8px; background: none; cursor: pointer; }
input[type='checkbox'] { width: 18px; height: 18px; accent-color: #4650d6; }
.head { display: flex; justify-content: space-between; align-items: center; margin-block-end: 12px; } .head h2 { margin: 0; }
pre { margin: 0; overflow: auto; padding: 16px; border-radius: 10px; background: light-dark(#f5f6fa, #11131b); font: 13px/20px ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; }
button { font: inherit; font-size: 14px; min-height: 36px; padding: 4px 14px; border-radius: 8px; border: 1px solid var(--line); background: none; color: inherit; cursor: pointer; }
button:hover { background: light-dark(#f0f1f6, #232735); }
#place { height: 0; } #place.shown { height: 600px; margin-block-start: 24px; }
`

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
const wordsOf = (locale: string): (typeof words)['en'] => (locale.startsWith('uk') ? words.uk : words.en)

export interface RenderedPage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const page = (locale: string, title: string, head: string, body: string): RenderedPage => {
  const nonce = randomBytes(16).toString('base64')
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // What a careful site would allow the widget, and nothing more; the nonce is for this page's own style.
      'content-security-policy': `default-src 'self'; style-src 'nonce-${nonce}'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    },
    body: `<!doctype html>
<html lang="${escape(locale)}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
${head}</head>
<body>
${body}
</body>
</html>`,
  }
}

/** A page of this installation with the widget on it. No inline script: the policy of the site stays strict. */
export const demoPage = (locale: string, bot: string, account: ChannelAccount): RenderedPage => {
  const text = wordsOf(locale)
  const data = `data-bot-id="${escape(bot)}" data-locale="${escape(locale)}" data-copied="${text.copied}"`
  return page(
    locale,
    text.title,
    `<script src="/widget/demo.js" ${data} defer></script>\n`,
    `<main>
<h1>${text.title}</h1>
<p>${text.lead}</p>
<section>
<h2>${text.look}</h2>
<form id="constructor">
<label>${text.color} <input type="color" id="bg" value="${escape(String(account.config.color))}"></label>
<label>${text.text} <input type="color" id="ink" value="#ffffff"></label>
<label><input type="checkbox" id="dark"> ${text.dark}</label>
<label><input type="checkbox" id="frame"> ${text.frame}</label>
</form>
</section>
<section>
<div class="head"><h2>${text.code}</h2><button type="button" id="copy">${text.copy}</button></div>
<pre id="code" tabindex="0" aria-label="${text.code}"></pre>
</section>
<div id="place"></div>
</main>`,
  )
}

/** What a person sees whose address names a bot without a widget. */
export const missingPage = (locale: string, bot: string): RenderedPage => {
  const text = wordsOf(locale)
  const lead = escape(text.missingLead.replace('{bot}', bot))
  return page(locale, text.missing, '', `<main class="narrow">\n<h1>${text.missing}</h1>\n<p>${lead}</p>\n</main>`)
}
