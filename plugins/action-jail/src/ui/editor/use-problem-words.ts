import { useText } from '@parley/ui-sdk'
import type { ActionProblem } from '../../api/index.ts'

/** What is wrong, in the reader's language where there are words for it. */
export const useProblemWords = (): ((problem: ActionProblem) => string) => {
  const { t, has } = useText()
  return ({ code, message, values }) => (has(`problems.${code}`) ? t(`problems.${code}`, values ?? {}) : message)
}
