import { isApiError, useText } from '@parley/ui-sdk'

/** A refusal in the reader's language where it has words here, else as the server said it. */
export function useProblemText(): (error: unknown) => string {
  const { t, has } = useText()
  return (error) => {
    if (!isApiError(error)) return error instanceof Error ? error.message : String(error)
    const key = `problems.${error.code.replace('conversations/', '')}`
    return has(key) ? t(key) : error.detail
  }
}
