import type { ProviderEvent } from './description.ts'

/** @example withArticle('image') // 'an image' */
export const withArticle = (word: string): string => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`

/** An event as a sentence names it. */
export const inWords = (event: ProviderEvent): string => {
  switch (event.type) {
    case 'press':
      return 'a press of a button'
    case 'start':
      return 'a start by a deep link'
    case 'blocked':
    case 'unblocked':
      return `that a client ${event.type} us`
    case 'receipt':
      return event.state === 'failed' ? 'that a message failed' : `that a message was ${event.state}`
    case 'unknown':
      return 'a kind of update that does not exist yet'
    default:
      return withArticle(event.type)
  }
}
