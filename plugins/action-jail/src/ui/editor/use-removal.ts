import { useConfirm, useToast } from '@parley/ui-kit'
import { useApi, useProblemText, useText } from '@parley/ui-sdk'
import type { Ref } from 'vue'
import { useRouter } from 'vue-router'
import type { LoadedAction } from '../action-types.ts'

/** Deletes the action of the page: asks first when scenarios use it, and can be undone. */
export function useRemoval(saved: Readonly<Ref<LoadedAction | undefined>>, discard: () => void): () => Promise<void> {
  const api = useApi()
  const router = useRouter()
  const toast = useToast()
  const confirm = useConfirm()
  const problemText = useProblemText()
  const { t } = useText()

  const mayGo = async ({ uses }: LoadedAction): Promise<boolean> => {
    if (uses.length === 0) return true
    const names = uses.flatMap(({ bot }) => bot?.name ?? []).join(', ')
    const message = [names, t('remove.usedText')].filter(Boolean).join('. ')
    return await confirm({ title: t('remove.used', { count: uses.length }), message, confirmLabel: t('remove.action'), danger: true })
  }

  async function bringBack(id: string): Promise<void> {
    try {
      await api.post(`actions/${id}/bring-back`)
      await router.push(`/action-jail/${id}`)
    } catch (failure) {
      toast.error(problemText(failure))
    }
  }

  return async () => {
    const action = saved.value
    if (action === undefined || !(await mayGo(action))) return
    try {
      await api.delete(`actions/${action.id}`)
      discard()
      toast.show({ title: t('remove.done', { name: action.name }), undo: () => bringBack(action.id) })
      await router.push('/action-jail')
    } catch (failure) {
      toast.error(problemText(failure))
    }
  }
}
