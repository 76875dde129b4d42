import { useConfirm, useToast, type MenuEntry } from '@parley/ui-kit'
import { useApi, usePermission, useProblemText, useText } from '@parley/ui-sdk'
import type { Bot } from '../bot-types.ts'
import { useBots } from '../bots.store.ts'

export type BotFields = Pick<Bot, 'name' | 'language'>

/** What can be done with a bot, the same in the list and on its page. */
export function useBotActions() {
  const api = useApi()
  const store = useBots()
  const toast = useToast()
  const confirm = useConfirm()
  const { t } = useText()
  const problemText = useProblemText()
  const mayEdit = usePermission('bots.edit')
  const mayDelete = usePermission('bots.delete')

  async function save(fields: BotFields, bot?: Bot): Promise<Bot> {
    const saved = bot ? await api.patch<Bot>(`bots/${bot.id}`, { version: bot.version, ...fields }) : await api.post<Bot>('bots', fields)
    store.putBot(saved)
    return saved
  }

  /** Shown at once; taken back when the server refuses. */
  async function setActive(bot: Bot, active: boolean): Promise<void> {
    store.putBot({ ...bot, active })
    try {
      const saved = await api.patch<Bot>(`bots/${bot.id}`, { version: bot.version, active })
      store.putBot(saved)
      // its channels went with it
      await store.load()
      if (!active) toast.undo(t('bots.switchedOff', { name: bot.name }), () => setActive(saved, true))
    } catch (error) {
      store.putBot(bot)
      toast.error(problemText(error))
      await store.load()
    }
  }

  /** Answers whether the bot is gone. */
  async function remove(bot: Bot): Promise<boolean> {
    const sure = await confirm({
      title: t('bots.removeQuestion', { name: bot.name }),
      message: t('bots.removeMessage'),
      nameToType: bot.name,
      confirmLabel: t('bots.remove'),
      danger: true,
    })
    if (!sure) return false
    try {
      await api.delete(`bots/${bot.id}`)
      store.dropBot(bot.id)
      toast.success(t('bots.removed', { name: bot.name }))
      return true
    } catch (error) {
      toast.error(problemText(error))
      return false
    }
  }

  const entries = (bot: Bot, run: { edit: () => void; removed?: () => void }): MenuEntry[] => {
    const connected = store.accountsOf(bot.id).length
    return [
      ...(mayEdit.value ? [{ label: t('bots.edit'), icon: 'pencil', run: run.edit, testId: 'edit-bot' }] : []),
      ...(mayEdit.value
        ? [
            {
              label: t(bot.active ? 'bots.switchOff' : 'bots.switchOn'),
              icon: 'power',
              run: () => void setActive(bot, !bot.active),
              testId: 'switch-bot',
            },
          ]
        : []),
      ...(mayDelete.value
        ? ([
            'separator',
            {
              label: t('bots.remove'),
              icon: 'trash-2',
              danger: true,
              disabled: connected > 0,
              ...(connected > 0 ? { hint: t('bots.hasChannels') } : {}),
              run: () => void remove(bot).then((gone) => gone && run.removed?.()),
              testId: 'remove-bot',
            },
          ] as const)
        : []),
    ]
  }

  return { save, setActive, remove, entries, mayEdit }
}
