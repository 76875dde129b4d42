import { useKit } from '../kit.ts'
import type { ConfirmOptions } from './confirmations.ts'

/**
 * Asks before what cannot be undone. What can be undone gets `useToast().undo` instead of a question.
 *
 * @example if (await useConfirm()({ title: t('delete.title'), nameToType: bot.name, danger: true })) await api.delete(`bots/${bot.id}`)
 */
export function useConfirm(): (options: ConfirmOptions) => Promise<boolean> {
  const { confirmations } = useKit()
  return (options) => confirmations.ask(options)
}
