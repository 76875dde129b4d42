import type { Kernel } from '@parley/kernel'
import { demoData, type DemoContext, type Logger } from '@parley/plugin-api'

const context = (log: Logger): DemoContext => ({ now: new Date(), log, shared: new Map() })

/** Lets each plugin seed its part, providers first. Repeatable. */
export async function seedDemo(kernel: Kernel, log: Logger): Promise<readonly string[]> {
  const shared = context(log)
  const parts = [...kernel.point(demoData)]
  for (const [, part] of parts) await part.seed(shared)
  return parts.map(([key]) => key)
}

/** Removes it, consumers first. */
export async function removeDemo(kernel: Kernel, log: Logger): Promise<readonly string[]> {
  const shared = context(log)
  const parts = [...kernel.point(demoData)].reverse()
  for (const [, part] of parts) await part.remove(shared)
  return parts.map(([key]) => key)
}
