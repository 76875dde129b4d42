import { useShellText } from '../app/use-shell-text.ts'
import type { LocalWords } from './licence-status.ts'

/** Words that a manifest brings in every language, in the person's. */
export function useLocalWords(): (words: LocalWords | undefined) => string | undefined {
  const { locale } = useShellText()
  return (words) => words && (locale.value === 'uk' ? words.uk : words.en)
}
