import type { Logger } from '@parley/plugin-api'

/** One after the other, whatever becomes of each. */
export async function settled(log: Logger, steps: readonly (() => unknown)[]): Promise<void> {
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      log.error('A part of the host failed to stop', { error })
    }
  }
}
