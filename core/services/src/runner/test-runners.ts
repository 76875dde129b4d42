import { isUserCodeError, type Role, type UserCode, type UserCodeError, type UserCodeResult } from '@parley/plugin-api'
import type { RunnerLimits } from './runner-limits.ts'
import { createLogger, createMetrics, type HostMetrics } from '../observability/index.ts'
import { createRunners, usualLimits, type Runners, type RunnersConfig } from './create-runners.ts'

export const testProgram = (): string => process.env['PARLEY_TEST_RUNNER']!
export const testLimits: RunnerLimits = { ...usualLimits, parallel: 4, memory: 48 }

export interface TestRunners extends AsyncDisposable {
  readonly runners: Runners
  readonly metrics: HostMetrics
  readonly log: readonly { readonly msg: string; readonly [field: string]: unknown }[]
  run(source: string, more?: Partial<UserCode>): Promise<UserCodeResult>
  /** What a run failed with. */
  failing(source: string, more?: Partial<UserCode>): Promise<UserCodeError>
}

/** The service as a plugin has it, with a child process or with the runners that `config` names. */
export function testRunners(config: Partial<RunnersConfig> = {}, roles: readonly Role[] = ['worker', 'runner']): TestRunners {
  const lines: TestRunners['log'][number][] = []
  const log = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(JSON.parse(line) as never) } })
  const metrics = createMetrics({ process: false })
  const runners = createRunners({ config: { program: testProgram(), limits: testLimits, ...config }, log, metrics: metrics.host })
  runners.start(roles)
  const run: TestRunners['run'] = (source, more = {}) => runners.forPlugin('toy').run({ name: 'action.js', source, ...more })
  return {
    runners,
    metrics,
    log: lines,
    run,
    async failing(source, more) {
      const error: unknown = await run(source, more).then(
        ({ value }) => new Error(`It answered ${JSON.stringify(value)}.`),
        (one: unknown) => one,
      )
      if (!isUserCodeError(error)) throw error
      return error
    },
    [Symbol.asyncDispose]: () => runners.stop(),
  }
}
