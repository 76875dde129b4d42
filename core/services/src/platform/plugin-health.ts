import type { Kernel } from '@parley/kernel'
import type { Clock } from '@parley/plugin-api'
import type { Events } from '../events/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { HostMetrics, MetricSample } from '../observability/index.ts'

export interface RouteHealth {
  /** `GET /api/v1/clients/:id` */
  readonly route: string
  readonly count: number
  /** Answered with 500 or more. */
  readonly failed: number
  readonly meanMilliseconds: number
  /** 95 of 100 took at most this; `undefined` above the last bucket. */
  readonly p95Milliseconds: number | undefined
}

export interface JobHealth {
  readonly job: string
  /** For a worker, of all processes that share the queue; `undefined` while Redis is away. */
  readonly waiting: number | undefined
  readonly running: number
  readonly completed: number
  readonly retried: number
  readonly failed: number
}

/** How a plugin does. What is not marked as of all processes was counted by this one since it started. */
export interface PluginHealth {
  /** When this process began to count. */
  readonly since: string
  readonly startMilliseconds: number
  readonly requests: { readonly count: number; readonly failed: number }
  /** At most five. */
  readonly slowestRoutes: readonly RouteHealth[]
  readonly jobs: readonly JobHealth[]
  /** Events on their way to it, of all processes. */
  readonly deliveries: { readonly waiting: number; readonly dead: number; readonly lateSeconds: number }
  /** Calls to the outside. */
  readonly outbound: { readonly count: number; readonly failed: number }
}

interface CountedParts {
  readonly kernel: Pick<Kernel, 'plugins' | 'report'>
  readonly metrics: Pick<HostMetrics, 'samples'>
  readonly jobs: Pick<Jobs, 'statistics'>
  readonly events: Pick<Events, 'backlog'>
  readonly clock: Clock
}

const mostRoutes = 5

/** Answers how one plugin does, from what is counted anyway. */
export function createPluginHealth({ kernel, metrics, jobs, events, clock }: CountedParts): (plugin: string) => Promise<PluginHealth | undefined> {
  const since = clock.now().toISOString()
  return async (id) => {
    const plugin = kernel.plugins().find((one) => one.id === id)
    if (!plugin) return undefined
    const [answered, called, queues, backlog] = await Promise.all([
      metrics.samples('parley_http_request_seconds'),
      metrics.samples('parley_outbound_seconds'),
      jobs.statistics(),
      events.backlog(plugin),
    ])
    const routes = routesOf(answered.filter(({ labels }) => labels['plugin'] === id))
    const calls = called.filter(({ name, labels }) => name.endsWith('_count') && labels['plugin'] === id)
    const prefix = `${id}:`
    return {
      since,
      startMilliseconds: kernel.report().plugins.find((line) => line.plugin === id)?.milliseconds ?? 0,
      requests: { count: sum(routes.map(({ count }) => count)), failed: sum(routes.map(({ failed }) => failed)) },
      slowestRoutes: routes
        .toSorted((one, other) => slowness(other) - slowness(one) || other.meanMilliseconds - one.meanMilliseconds)
        .slice(0, mostRoutes),
      jobs: queues
        .filter(({ job }) => job.startsWith(prefix))
        .map(({ job, waiting, running, completed, retried, failed }) => ({
          job: job.slice(prefix.length),
          waiting,
          running,
          completed,
          retried,
          failed,
        })),
      deliveries: {
        waiting: backlog.waiting,
        dead: backlog.dead,
        lateSeconds: backlog.dueSince === undefined ? 0 : Math.max(0, Math.round((clock.now().getTime() - backlog.dueSince.getTime()) / 1000)),
      },
      outbound: {
        count: sum(calls.map(({ value }) => value)),
        failed: sum(calls.filter(({ labels }) => isFailure(String(labels['outcome']))).map(({ value }) => value)),
      },
    }
  }
}

const slowness = ({ p95Milliseconds }: RouteHealth): number => p95Milliseconds ?? Infinity
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
/** Outcomes are statuses, or words where no answer came. */
const isFailure = (outcome: string): boolean => !/^[123]/.test(outcome)

function routesOf(samples: readonly MetricSample[]): RouteHealth[] {
  const byRoute = new Map<string, MetricSample[]>()
  for (const sample of samples) {
    const route = String(sample.labels['route'])
    byRoute.set(route, [...(byRoute.get(route) ?? []), sample])
  }
  return [...byRoute].map(([route, own]) => {
    const total = (suffix: string, among = own): number => sum(among.filter(({ name }) => name.endsWith(suffix)).map(({ value }) => value))
    const count = total('_count')
    const failed = total(
      '_count',
      own.filter(({ labels }) => Number(labels['status']) >= 500),
    )
    return { route, count, failed, meanMilliseconds: round((total('_sum') / count) * 1000), p95Milliseconds: percentile(own, count) }
  })
}

/** The smallest bound of a bucket below which 95 of 100 lie: buckets count everything up to their bound. */
function percentile(samples: readonly MetricSample[], count: number): number | undefined {
  const below = new Map<number, number>()
  for (const { name, labels, value } of samples) {
    const bound = Number(labels['le'])
    if (name.endsWith('_bucket') && Number.isFinite(bound)) below.set(bound, (below.get(bound) ?? 0) + value)
  }
  const bound = [...below].sort(([one], [other]) => one - other).find(([, amount]) => amount >= count * 0.95)?.[0]
  return bound === undefined ? undefined : round(bound * 1000)
}

const round = (milliseconds: number): number => Math.round(milliseconds * 10) / 10
