import { randomUUID } from 'node:crypto'
import type { PluginHandle } from '@parley/kernel'
import { ParleyError, type Clock, type Job, type Logger, type PluginDatabase, type Queue, type Role } from '@parley/plugin-api'
import type { Tracer } from '../telemetry/index.ts'
import { createBullEngine } from './bull-engine.ts'
import type { Workers } from './lane-owners.ts'
import { JobKind, type JobCounters } from './job-kind.ts'
import { createMemoryEngine } from './memory-engine.ts'
import { growingPause, type QueueEngine, type RetryPause } from './queue-engine.ts'
import { everyMilliseconds } from './rhythm.ts'
import { Scheduler, type ScheduledWork } from './scheduler.ts'

export interface JobsOptions {
  /** `memory` is for one process; Redis for any number. `prefix` separates installations that share one Redis. */
  readonly adapter: 'memory' | { readonly redisUrl: string; readonly prefix?: string }
  readonly database: { readonly host: PluginDatabase }
  readonly clock: Clock
  readonly log: Logger
  readonly retryPause?: RetryPause
  /** With it the jobs of one lane go to one worker as far as possible, where they can be found again. */
  readonly workers?: Workers | undefined
  /** Jobs go on with the trace of the work that added them. */
  readonly tracer?: Tracer | undefined
}

export interface JobStatistics extends Readonly<JobCounters> {
  readonly job: string
  /** `undefined` while Redis is away. */
  readonly waiting: number | undefined
  /**
   * For how long the oldest job that a worker could take now has waited, in seconds: 0 when none waits, and a job with a delay counts from when it was due.
   * `undefined` while Redis is away, and where the plugin does not run, whose jobs no number of workers would take.
   */
  readonly lagSeconds: number | undefined
}

export interface Jobs {
  forPlugin(id: string): Queue
  /** Makes jobs known besides those a plugin declares, to be run in its name. For parts of the host; before `start`. */
  declare(plugin: PluginHandle, jobs: readonly Job[]): void
  /** Runs jobs with the role `worker`, reconcilers and schedules with the role `scheduler`; with neither, jobs can only be added. */
  start(plugins: readonly PluginHandle[], roles: readonly Role[]): Promise<void>
  /** Looks at once for rows that have lost their jobs, such as those of a process that died. With the role `scheduler`. */
  hurry(): Promise<void>
  /** Each: what is wrong, as a sentence. */
  queueProblem(): Promise<string | undefined>
  workerProblem(): string | undefined
  schedulerProblem(): string | undefined
  /** Aborts the signal of running handlers and waits for them. Jobs can still be added: work that is handed back must wake somebody. */
  rest(): Promise<void>
  /** Rests, if it was not asked to, and lets go of the queue. After everything that adds jobs. */
  stop(): Promise<void>
  /** For metrics; asks Redis what waits. */
  statistics(): Promise<readonly JobStatistics[]>
  /** Commands sent to Redis by this process so far. */
  readonly redisCommands: number
}

const defaultDueEvery = 5_000
/** With so many waiting, what is due is most likely among them, and adding it again would only make the queue longer. */
const mostWaiting = 1_000

/** @example const jobs = createJobs({ adapter: 'memory', database, clock, log }); await jobs.start(plugins, ['worker', 'scheduler']) */
export const createJobs = ({ adapter, database, clock, log, retryPause = growingPause, workers, tracer }: JobsOptions): Jobs => {
  const engine: QueueEngine =
    adapter === 'memory' ? createMemoryEngine({ clock, pause: retryPause }) : createBullEngine({ ...adapter, clock, log, pause: retryPause, workers })
  const kinds = new Map<string, JobKind>()
  const scheduler = new Scheduler({ database, clock, log })
  const stopping = new AbortController()

  const statisticsOf = async (kind: JobKind): Promise<JobStatistics> => {
    const backlog = await kind.backlog()
    const { since = Infinity } = backlog ?? {}
    // the clocks of machines differ a little
    const lagSeconds = backlog && isAlive(kind) ? Math.max(0, clock.now().getTime() - since) / 1_000 : undefined
    return { job: kind.name, ...kind.counters, waiting: backlog?.waiting, lagSeconds }
  }

  const declare = (plugin: PluginHandle, jobs: readonly Job[]): void => {
    for (const job of jobs) {
      const kind = new JobKind({ plugin, job, engine, clock, log, tracer })
      if (kinds.has(kind.name)) throw new ParleyError('internal', `"${plugin.id}" declares the job "${job.name}" twice. Give one another name.`)
      kinds.set(kind.name, kind)
    }
  }

  const kindOf = (plugin: string, job: string): JobKind => {
    const kind = kinds.get(`${plugin}:${job}`)
    if (kind !== undefined) return kind
    throw new ParleyError('internal', `"${plugin}" adds the job "${job}", which it does not declare. Declare it in the plugin's jobs.`)
  }

  let rested: Promise<unknown> | undefined
  const rest = async (): Promise<void> => {
    stopping.abort(new Error('the process stops'))
    await (rested ??= Promise.all([scheduler.stop(), engine.stop()]))
  }

  return {
    forPlugin: (id) => ({ add: async (job, payload, options) => await kindOf(id, job).add(payload, options) }),
    declare,
    async start(plugins, roles) {
      for (const plugin of plugins) declare(plugin, plugin.declarations.jobs)
      const alive = [...kinds.values()].filter(isAlive)
      if (roles.includes('worker')) await Promise.all(alive.map((kind) => kind.work(stopping.signal)))
      if (roles.includes('scheduler')) scheduler.start(alive.flatMap((kind) => scheduledWork(kind, log)))
    },
    hurry: () => scheduler.hurry(),
    queueProblem: () => engine.problem(),
    workerProblem: () => engine.workerProblem(),
    schedulerProblem: () => scheduler.problem(),
    rest,
    async stop() {
      await rest()
      await engine.close()
    },
    statistics: () => Promise.all([...kinds.values()].map(statisticsOf)),
    get redisCommands() {
      return engine.redisCommands
    },
  }
}

/** Workers take its jobs. */
const isAlive = ({ plugin: { state } }: JobKind): boolean => state === 'running' || state === 'suspended'

const scheduledWork = (kind: JobKind, log: Logger): ScheduledWork[] => {
  const { due, dueEvery = defaultDueEvery } = kind.job.options
  const works: ScheduledWork[] = []
  if (kind.schedule !== undefined) {
    const run = async (): Promise<void> => {
      if (kind.plugin.state === 'running') await kind.tick()
    }
    works.push({ name: `schedule ${kind.name}`, rhythm: kind.schedule, manner: 'tick', run })
  }
  if (due !== undefined) {
    const run = (signal: AbortSignal): Promise<void> => reconcile(kind, due, signal, log)
    works.push({ name: `due ${kind.name}`, rhythm: everyMilliseconds(dueEvery), manner: 'sweep', run })
  }
  return works
}

const reconcile = async (kind: JobKind, due: (cradle: unknown) => Promise<readonly object[]>, signal: AbortSignal, log: Logger): Promise<void> => {
  if (kind.plugin.state !== 'running') return
  const found = await kind.backlog()
  if (found === undefined || found.waiting > mostWaiting) return
  const payloads = await kind.plugin.run({ requestId: randomUUID() }, due)
  if (payloads.length > 0) log.debug('rows were due for too long and get their jobs again', { job: kind.name, count: payloads.length })
  for (const payload of payloads) {
    if (signal.aborted) return
    await kind.add(payload, { anyone: true })
  }
}
