import type { Kernel } from '@parley/kernel'
import { demoData, type DemoContext, type DemoData, type Logger } from '@parley/plugin-api'

export interface DemoReport {
  readonly done: readonly string[]
  /** A part that failed leaves the others alone. */
  readonly failed: readonly string[]
}

/** Lets each plugin seed its part, providers first. Repeatable. */
export const seedDemo = (kernel: Kernel, log: Logger): Promise<DemoReport> =>
  each([...kernel.point(demoData)], log, (part, context) => part.seed(context))

/** Removes it, consumers first. */
export const removeDemo = (kernel: Kernel, log: Logger): Promise<DemoReport> =>
  each([...kernel.point(demoData)].reverse(), log, (part, context) => part.remove(context))

async function each(
  parts: readonly (readonly [string, DemoData])[],
  log: Logger,
  work: (part: DemoData, context: DemoContext) => Promise<void>,
): Promise<DemoReport> {
  const context: DemoContext = { now: new Date(), log, shared: new Map() }
  const report = { done: [] as string[], failed: [] as string[] }
  for (const [key, part] of parts) {
    try {
      await work(part, context)
      report.done.push(key)
    } catch (error) {
      report.failed.push(key)
      log.error('Demo data failed', { part: key, error })
    }
  }
  return report
}
