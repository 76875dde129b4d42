import type { Role, Runner } from '@parley/plugin-api'
import type { RunnerLimits } from '@parley/runner'
import type { HostLogger } from '../observability/index.ts'
import { ChildRunner } from './child-runner.ts'
import { runUserCode } from './run-user-code.ts'
import type { RunnerSource } from './runner-source.ts'

/** Where code of users runs. */
export interface RunnersConfig {
  /** The compiled `main` of `@parley/runner`, for a child process. */
  readonly program: string
  readonly limits: RunnerLimits
}

export interface RunnersOptions extends Partial<RunnersConfig> {
  readonly log: HostLogger
}

export interface Runners {
  forPlugin(id: string): Runner
  start(roles: readonly Role[]): void
  /** Why no code can run, as a sentence. */
  problem(): string | undefined
  stop(): Promise<void>
}

/** What a runner gives when nobody says anything else. */
export const usualLimits: RunnerLimits = { timeLimit: 30_000, memory: 64, parallel: 8, waiting: 200, waitTime: 5000, dataSize: 1024 * 1024 }

const missing =
  'Nothing here runs code of users. Start a process with the role "runner" and set runner.urls and runner.token (PARLEY_RUNNER_URLS, PARLEY_RUNNER_TOKEN), or add "runner" to the roles of this one.'

/** @example const runners = createRunners({ program, limits, log }); runners.start(['worker', 'runner']); await runners.forPlugin('toy').run(code) */
export function createRunners({ program, limits = usualLimits, log }: RunnersOptions): Runners {
  let source: RunnerSource | undefined
  return {
    forPlugin: (plugin) => ({ run: (code) => runUserCode(code, { source, missing, limits, log, plugin }) }),
    start() {
      if (program !== undefined) source = new ChildRunner({ program, limits, log, changed: () => undefined })
    },
    problem: () => (source === undefined ? missing : source.problem()),
    async stop() {
      await source?.stop()
    },
  }
}
