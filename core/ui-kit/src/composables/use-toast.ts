import { useKit } from '../kit.ts'
import type { ToastOptions } from './toasts.ts'

/**
 * Short news at the edge of the screen.
 *
 * @example const toast = useToast(); toast.undo('Conversation closed', () => api.post(`requests/${id}/reopen`))
 * @example catch (error) { toast.error(error) }
 */
export function useToast() {
  const { toasts } = useKit()
  return {
    show: (toast: ToastOptions): number => toasts.show(toast),
    success: (title: string, text?: string): number => toasts.show({ title, tone: 'positive', ...(text === undefined ? {} : { text }) }),
    /** Takes a sentence or a caught error: an error's `detail` says what happened and what to do. */
    error: (problem: unknown, options: { retry?: () => void; retryLabel?: string } = {}): number => {
      const title = typeof problem === 'string' ? problem : problem instanceof Error ? problem.message : String(problem)
      const { retry, retryLabel } = options
      return toasts.show({ title, tone: 'danger', ...(retry && retryLabel ? { action: { label: retryLabel, run: retry } } : {}) })
    },
    undo: (title: string, undo: () => void | Promise<void>): number => toasts.show({ title, undo }),
    dismiss: (id: number): void => toasts.dismiss(id),
  }
}
