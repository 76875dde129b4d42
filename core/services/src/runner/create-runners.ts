import {
  ParleyError,
  isUserCodeError,
  type Logger,
  type Metrics,
  type Role,
  type Runner,
  type UserCode,
  type UserCodeResult,
} from '@parley/plugin-api'
import type { RunnerState } from './protocol.ts'
import type { RunnerLimits } from './runner-limits.ts'
import type { HostLogger } from '../observability/index.ts'
import { ChildRunner } from './child-runner.ts'
import { RemoteRunners } from './remote-runners.ts'
import { runUserCode } from './run-user-code.ts'
import type { RunnerSource } from './runner-source.ts'

/** Where code of users runs. */
export interface RunnersConfig {
  /** The compiled `process/main.ts`, for a child process. */
  readonly program: string
  readonly limits: RunnerLimits
  /** Processes of the role `runner`; none is a child process, where the role is among those of this one. */
  readonly urls?: readonly string[]
  /** What those ask for. */
  readonly token?: string
}

export interface RunnersOptions {
  readonly config: RunnersConfig | undefined
  readonly log: HostLogger
  readonly metrics: Metrics
}

export interface RunnerFigures {
  /** Runners that take code from this process. */
  readonly connected: number
  /** 1 while code has somewhere to run and cannot get there. */
  readonly unreachable: number
  /** Of the child process. */
  readonly child?: RunnerState
}

export interface Runners {
  forPlugin(id: string): Runner
  start(roles: readonly Role[]): void
  statistics(): RunnerFigures
  /** Why no code can run, as a sentence. */
  problem(): string | undefined
  stop(): Promise<void>
}

/** What a runner gives when nobody says anything else. */
export const usualLimits: RunnerLimits = { timeLimit: 30_000, memory: 64, parallel: 8, waiting: 200, waitTime: 5000, dataSize: 1024 * 1024 }

const missing =
  'Nothing here runs code of users. Start processes with the role "runner" and name them and their token to this one (runner.urls, runner.token), or add "runner" to its roles.'

/** @example const runners = createRunners({ config: { program, limits }, log, metrics }); runners.start(['worker', 'runner']); await runners.forPlugin('toy').run(code) */
export function createRunners({ config, log, metrics }: RunnersOptions): Runners {
  const limits = config?.limits ?? usualLimits
  const runs = metrics.counter('runner_runs_total', 'Runs of user code that this process asked for, by how they ended', ['plugin', 'result'])
  const seconds = metrics.histogram('runner_run_seconds', 'How long user code ran', ['plugin'])
  const waits = metrics.histogram('runner_wait_seconds', 'From the call of user code to its answer, without the time it ran')
  let source: RunnerSource | undefined

  const run = async (plugin: string, code: UserCode, own: Logger): Promise<UserCodeResult> => {
    const start = performance.now()
    try {
      const result = await runUserCode(code, { source, missing, limits, log: own, plugin })
      runs.add({ plugin, result: 'ok' })
      seconds.observe(result.duration / 1000, { plugin })
      waits.observe((performance.now() - start - result.duration) / 1000)
      return result
    } catch (error) {
      const reason = isUserCodeError(error) ? error.reason : undefined
      runs.add({ plugin, result: reason ?? (code.signal?.aborted ? 'cancelled' : 'refused') })
      if (error instanceof ParleyError && error.family === 'operational')
        own.warn('Code of users was not run to its end', { code: code.name, reason, problem: error.message })
      throw error
    }
  }

  return {
    forPlugin(plugin) {
      const own = log.forPlugin(plugin)
      return { run: (code) => run(plugin, code, own) }
    },
    start(roles) {
      if (config === undefined) return
      const { program, urls = [], token } = config
      if (urls.length > 0 && token !== undefined) {
        source = new RemoteRunners({ urls, token, log })
        // those that run code anyway know before the first run whether they can
        if (roles.includes('web') || roles.includes('worker')) void source.ready()
      } else if (roles.includes('runner')) source = new ChildRunner({ program, limits, log })
    },
    statistics() {
      const links = source?.links() ?? []
      const [link] = source instanceof ChildRunner ? links : []
      const unreachable = Number(source?.problem() !== undefined)
      return { connected: links.filter(({ open }) => open).length, unreachable, ...(link?.state === undefined ? {} : { child: link.state }) }
    },
    problem: () => (source === undefined ? missing : source.problem()),
    async stop() {
      await source?.stop()
    },
  }
}
