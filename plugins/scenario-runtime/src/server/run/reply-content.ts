import type { MessageContentInput } from '@parley/plugin-conversations/api'

const maxText = 32_768
const maxCaption = 4096

/** What can be sent of a content whose texts were filled: cut where the limit is, nothing when nothing is left to say. */
export const sendable = (content: MessageContentInput): MessageContentInput | undefined => {
  switch (content.kind) {
    case 'text':
    case 'keyboard':
      if (content.text.trim() === '') return undefined
      return content.text.length > maxText ? { ...content, text: content.text.slice(0, maxText) } : content
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
      return content.text !== undefined && content.text.length > maxCaption ? { ...content, text: content.text.slice(0, maxCaption) } : content
    default:
      return content
  }
}

/** Words of a content for the history of the run. */
export const wordsOf = (content: MessageContentInput): string =>
  'text' in content && typeof content.text === 'string' ? content.text : `[${content.kind}]`
