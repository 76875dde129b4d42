import type { Kernel, PluginHandle } from '@parley/kernel'
import type { GaugeValue } from '@parley/plugin-api'
import type { Database } from '../database/index.ts'
import type { Events } from '../events/index.ts'
import type { Jobs, JobStatistics } from '../jobs/index.ts'
import type { Licences } from '../licence/index.ts'
import { measureRunner, type HostMetrics } from '../observability/index.ts'
import type { RealtimeService } from '../realtime/index.ts'
import type { Runners } from '../runner/index.ts'

export interface MeasuredParts {
  readonly database: Database
  readonly jobs: Jobs
  readonly events: Events
  readonly realtime: RealtimeService
  readonly kernel: Pick<Kernel, 'plugins'>
  readonly licences: Pick<Licences, 'of'> | undefined
  readonly runners: Pick<Runners, 'statistics'>
}

/** The states that somebody may want to be woken for, and the one that should be. */
const watched: readonly PluginHandle['state'][] = ['running', 'failed', 'blocked', 'suspended', 'quarantined', 'unlicensed']

/** The figures that parts of the host keep for themselves, read when somebody asks for metrics. */
export function createPlatformMetrics(metrics: HostMetrics, { database, jobs, events, realtime, kernel, licences, runners }: MeasuredParts) {
  const { host } = metrics
  const total = (name: string, help: string, labels: readonly string[] = []): ((value: number, values?: Record<string, string>) => void) => {
    const counter = host.counter(name, help, labels)
    const before = new Map<string, number>()
    return (value, values = {}) => {
      const key = JSON.stringify(values)
      counter.add(values, value - (before.get(key) ?? 0))
      before.set(key, value)
    }
  }
  const queries = total('database_queries_total', 'Round trips to PostgreSQL')
  const reports = total('reports_total', 'Reads that bear old data, by where they ran', ['server'])
  host.gauge('reports_lag_seconds', 'How far a standby for reports is behind; nothing while it cannot be asked', ['standby'], async () =>
    (await database.reports.lags()).map(({ standby, lag }) => ({ value: lag, labels: { standby } })),
  )
  const redis = total('redis_commands_total', 'Commands sent to Redis', ['part'])
  const done = total('jobs_total', 'Jobs, by how they ended', ['queue', 'outcome'])
  let queues: readonly JobStatistics[] = []
  /** Of each queue; nothing while it cannot be told. */
  const ofQueues = (value: (one: JobStatistics) => number | undefined) => async (): Promise<GaugeValue[]> =>
    queues.flatMap((one) => {
      const found = value(one)
      return found === undefined ? [] : [{ value: found, labels: { queue: one.job } }]
    })
  host.gauge(
    'jobs_waiting',
    'Jobs that wait for a worker, those that are due later included',
    ['queue'],
    ofQueues(({ waiting }) => waiting),
  )
  host.gauge(
    'jobs_lag_seconds',
    'For how long the oldest job that could be worked on now has waited',
    ['queue'],
    ofQueues(({ lagSeconds }) => lagSeconds),
  )
  const running = host.gauge('jobs_running', 'Jobs that run in this process', ['queue'])
  const published = total('events_published_total', 'Events published by this process')
  const dead = host.gauge('events_dead_letters', 'Deliveries that wait for a person to look at them')
  const connections = host.gauge('realtime_connections', 'Open sockets of this process')
  const sent = total('realtime_sent_total', 'Messages sent to topics by this process')
  const states = host.gauge('plugin_state', '1 for the state that a plugin has in this process', ['plugin', 'state'])
  const daysLeft = host.gauge('licence_days_left', 'Days until the licence of a plugin ends; in its grace days until it is suspended', ['plugin'])

  const runnersConnected = host.gauge('runner_connected', 'Runners that take code from this process')
  const runnersAway = host.gauge('runner_unreachable', '1 while code of users has somewhere to run and cannot get there')
  const child = measureRunner(host)

  const read = async (): Promise<void> => {
    const figures = database.statistics()
    queries(figures.queries)
    reports(figures.reports.replica, { server: 'replica' })
    reports(figures.reports.primary, { server: 'primary' })
    queues = await jobs.statistics()
    for (const job of queues) {
      done(job.completed, { queue: job.job, outcome: 'completed' })
      done(job.failed, { queue: job.job, outcome: 'failed' })
      done(job.retried, { queue: job.job, outcome: 'retried' })
      running.set(job.running, { queue: job.job })
    }
    redis(jobs.redisCommands, { part: 'jobs' })
    const eventFigures = await events.statistics()
    published(eventFigures.published)
    dead.set(eventFigures.deadLetters)
    const realtimeFigures = realtime.statistics()
    connections.set(realtimeFigures.connections)
    sent(realtimeFigures.sent)
    redis(realtimeFigures.redisCommands, { part: 'realtime' })
    const { connected, unreachable, child: state } = runners.statistics()
    runnersConnected.set(connected)
    runnersAway.set(unreachable)
    child(state)
    for (const { id, state } of kernel.plugins()) {
      for (const one of watched) states.set(Number(one === state), { plugin: id, state: one })
      const left = licences?.of(id)?.daysLeft
      if (left !== undefined) daysLeft.set(left, { plugin: id })
    }
  }

  return {
    contentType: metrics.contentType,
    async text(): Promise<string> {
      await read()
      return metrics.text()
    },
  }
}
