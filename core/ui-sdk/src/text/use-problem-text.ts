import { isApiError } from '../api/api-error.ts'
import { pluginIdFor } from '../plugin-id.ts'
import { useText } from './use-text.ts'

/**
 * Says what went wrong in the reader's language where the plugin has words for the error's code, `problems.<code>` (its own codes without
 * its id before them), else as the server said it.
 *
 * @example const problemText = useProblemText(); problem.value = problemText(error)
 */
export function useProblemText(): (error: unknown) => string {
  const own = `${pluginIdFor('useProblemText', undefined)}/`
  const { t, has } = useText()
  return (error) => {
    if (!isApiError(error)) return error instanceof Error ? error.message : String(error)
    const key = `problems.${error.code.replace(own, '')}`
    return has(key) ? t(key) : error.detail
  }
}
