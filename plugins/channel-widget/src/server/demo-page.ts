import type { ChannelAccount } from '@parley/plugin-conversations/api'

const words = {
  en: {
    title: 'Widget demo',
    lead: 'This is how the widget looks and works on a site. Try the colours, then copy the code into your page.',
    color: 'Colour',
    text: 'Text',
    dark: 'Dark theme',
    frame: 'As a frame in the page',
    code: 'Code for your site',
    copy: 'Copy',
    copied: 'Copied',
  },
  uk: {
    title: 'Демо віджета',
    lead: 'Так віджет виглядає і працює на сайті. Спробуйте кольори, потім скопіюйте код на свою сторінку.',
    color: 'Колір',
    text: 'Текст',
    dark: 'Темна тема',
    frame: 'Як вікно у сторінці',
    code: 'Код для вашого сайту',
    copy: 'Копіювати',
    copied: 'Скопійовано',
  },
}

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

/** A page of this installation with the widget on it. No inline script: the policy of the site stays strict. */
export const demoPage = (locale: string, bot: string, account: ChannelAccount): string => {
  const text = locale.startsWith('uk') ? words.uk : words.en
  const color = escape(String(account.config.color))
  return `<!doctype html>
<html lang="${escape(locale)}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${text.title}</title>
<link rel="icon" href="data:,">
<script src="/widget/demo.js" data-bot-id="${escape(bot)}" data-locale="${escape(locale)}" data-copied="${text.copied}" defer></script>
</head>
<body hidden>
<main>
<h1>${text.title}</h1>
<p>${text.lead}</p>
<form id="constructor">
<label>${text.color} <input type="color" id="bg" value="${color}"></label>
<label>${text.text} <input type="color" id="ink" value="#ffffff"></label>
<label><input type="checkbox" id="dark"> ${text.dark}</label>
<label><input type="checkbox" id="frame"> ${text.frame}</label>
</form>
<h2>${text.code}</h2>
<pre id="code" tabindex="0"></pre>
<button type="button" id="copy">${text.copy}</button>
<div id="place"></div>
</main>
</body>
</html>`
}
