import { useText } from '@parley/ui-sdk'
import type { ChannelKind, Health, Words } from './bot-types.ts'

/** Words that came from the server by language, in the reader's own. */
export function useWords() {
  const { locale } = useText()
  const words = (of: Words | undefined): string => (of === undefined || typeof of === 'string' ? (of ?? '') : (of[locale.value] ?? of.en))
  return {
    words,
    // what a later look said may stand beside the languages of an earlier one
    healthText: ({ text, words: languages }: Health): string => words(languages?.en === text ? languages : text),
    kindTitle: (kind: ChannelKind | undefined, fallback = ''): string => (kind ? words(kind.about?.title ?? kind.title) : fallback),
  }
}
