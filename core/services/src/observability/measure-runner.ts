import type { Metrics } from '@parley/plugin-api'
import type { RunnerState } from '../runner/protocol.ts'

/** The figures of a runner: of the process that is one, or of the child of this one. Answers a function that takes what is so now. */
export function measureRunner(metrics: Metrics): (state: RunnerState | undefined) => void {
  const running = metrics.gauge('runner_running', 'Runs of user code that this runner does')
  const waiting = metrics.gauge('runner_waiting', 'Runs of user code that wait for their turn in this runner')
  const replaced = metrics.counter('runner_sandboxes_replaced_total', 'Sandboxes that were given up, by why', ['reason'])
  let runner: string | undefined
  let before: Readonly<Record<string, number>> = {}
  return (state) => {
    running.set(state?.running ?? 0)
    waiting.set(state?.waiting ?? 0)
    if (state === undefined) return
    // another child counts from the beginning
    if (state.runner !== runner) before = {}
    for (const [reason, count] of Object.entries(state.replaced)) replaced.add({ reason }, count - (before[reason] ?? 0))
    runner = state.runner
    before = state.replaced
  }
}
