import { watch } from 'node:fs'
import { join } from 'node:path'

/** Editors write a file in several steps, and several files at once. */
const pause = 150

/**
 * Does the work once, and again after every change of `src` or `package.json`, never twice at a time. Ends when the signal aborts.
 */
export async function watchSources(root: string, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let changed = true
  let wake: () => void = () => {}
  const note = (): void => {
    changed = true
    wake()
  }
  const watchers = [watch(join(root, 'src'), { recursive: true }, note), watch(root, (_, name) => name === 'package.json' && note())]
  signal.addEventListener('abort', () => wake(), { once: true })
  try {
    while (!signal.aborted) {
      if (!changed) await new Promise<void>((resolve) => (wake = resolve))
      if (signal.aborted) return
      await new Promise((resolve) => setTimeout(resolve, pause))
      changed = false
      await work()
    }
  } finally {
    for (const watcher of watchers) watcher.close()
  }
}
