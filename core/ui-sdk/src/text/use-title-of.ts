import { useRuntime } from '../runtime.ts'

/** The words of a title that a plugin contributed: a key (with the plugin's id before it or not), or the words themselves. */
export function useTitleOf(): (title: string, pluginId: string) => string {
  const { texts } = useRuntime()
  return (title, pluginId) => {
    for (const key of [title, `${pluginId}.${title}`]) if (texts.has(key)) return texts.translate(key)
    return title
  }
}
