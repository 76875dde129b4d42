import { useText, type PluginText } from '@parley/ui-sdk'
import { useRuntime } from '@parley/ui-sdk/host'

/** The shell's own words. */
export const useShellText = (): PluginText => useText('shell')

/** A title as a plugin declares it: a key with the plugin's prefix, a key without it, or plain words. */
export function useTitleOf(): (title: string, pluginId: string) => string {
  const { texts } = useRuntime()
  return (title, pluginId) => {
    for (const key of [title, `${pluginId}.${title}`]) if (texts.has(key)) return texts.translate(key)
    return title
  }
}
