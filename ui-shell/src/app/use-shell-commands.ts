import { shellCommands, useCommands, usePoint, useTitleOf } from '@parley/ui-sdk'
import { useRuntime } from '@parley/ui-sdk/host'
import { useRouter } from 'vue-router'
import { useShellText } from './use-shell-text.ts'

/** Commands that plugins add to every page. */
export function useShellCommands(): void {
  const { session } = useRuntime()
  const router = useRouter()
  const { t } = useShellText()
  const titleOf = useTitleOf()
  const added = usePoint(shellCommands)
  useCommands(() =>
    added.value
      .filter(({ value }) => value.permission === undefined || session.can(value.permission))
      .map(({ key, pluginId, value: { title, icon, keys, to, run } }) => ({
        id: `${pluginId}.${key}`,
        title: titleOf(title, pluginId),
        scope: t('keys.general'),
        ...(icon === undefined ? {} : { icon }),
        ...(keys === undefined ? {} : { keys }),
        run: async () => {
          await run?.()
          if (to !== undefined) await router.push(to)
        },
      })),
  )
}
