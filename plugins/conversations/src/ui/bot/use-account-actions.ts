import { useConfirm, useToast } from '@parley/ui-kit'
import { isApiError, useApi, usePermission, useProblemText, useText } from '@parley/ui-sdk'
import { ref } from 'vue'
import type { Account, Health } from '../bot-types.ts'
import { useBots } from '../bots.store.ts'

/** What can be done with a connected account. */
export function useAccountActions() {
  const api = useApi()
  const store = useBots()
  const toast = useToast()
  const confirm = useConfirm()
  const { t } = useText()
  const problemText = useProblemText()
  const mayEdit = usePermission('bots.edit')
  const mayDelete = usePermission('bots.delete')
  const checking = ref(false)
  const switching = ref(false)

  async function check(account: Account): Promise<void> {
    checking.value = true
    try {
      const health = await api.post<Health>(`accounts/${account.id}/check`)
      store.putAccount({ ...account, health: { ...account.health, ...health } })
    } catch (error) {
      toast.error(problemText(error))
    } finally {
      checking.value = false
    }
  }

  /** The switch moves at once; the provider's webhook follows, which takes a moment. */
  async function setActive(account: Account, active: boolean): Promise<void> {
    switching.value = true
    store.putAccount({ ...account, active })
    try {
      const saved = await api.patch<Account>(`accounts/${account.id}`, { version: account.version, active })
      store.putAccount(saved)
      if (!active) toast.undo(t('channels.switchedOff', { name: account.title }), () => setActive(saved, true))
    } catch (error) {
      store.putAccount(account)
      toast.error(problemText(error))
      if (isApiError(error, 'stale_write')) await store.load()
    } finally {
      switching.value = false
    }
  }

  async function remove(account: Account): Promise<void> {
    const sure = await confirm({
      title: t('channels.removeQuestion', { name: account.title }),
      message: t('channels.removeMessage'),
      nameToType: account.title,
      confirmLabel: t('channels.remove'),
      danger: true,
    })
    if (!sure) return
    try {
      await api.delete(`accounts/${account.id}`)
      store.dropAccount(account.id)
      toast.success(t('channels.removed', { name: account.title }))
    } catch (error) {
      toast.error(isApiError(error, 'conflict') ? t('channels.hasConversations') : problemText(error))
    }
  }

  return { check, setActive, remove, checking, switching, mayEdit, mayDelete }
}
