import createDOMPurify from 'dompurify'
import { marked } from 'marked'

/** Markdown as safe HTML: no scripts, no styles, no forms; links open apart. */
export const renderMarkdown = (text: string): string => {
  const purify = createDOMPurify(window)
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName === 'A') {
      node.setAttribute('target', '_blank')
      node.setAttribute('rel', 'noopener noreferrer')
    }
  })
  const html = marked.parse(text, { async: false, gfm: true })
  return purify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'iframe'],
    FORBID_ATTR: ['style', 'class', 'id'],
  })
}
