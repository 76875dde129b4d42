import type { GaugeValue, Logger, Metrics } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface HostMetrics {
  /** Names become `parley_<plugin>_<name>`. */
  forPlugin(id: string): Metrics
  /** The host's own: `parley_<name>`. */
  readonly host: Metrics
  /** What one metric has counted in this process so far, such as `parley_http_request_seconds`; histograms as their buckets, sums and counts. */
  samples(name: string): Promise<readonly MetricSample[]>
  /** What `/metrics` answers, in the Prometheus text format. */
  text(): Promise<string>
  readonly contentType: string
}

export interface MetricSample {
  /** With its suffix: `…_bucket`, `…_sum`, `…_count`. */
  readonly name: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

export interface MetricsOptions {
  /** Memory, event loop and garbage collection of the process; default yes. */
  readonly process?: boolean
  /** Hears of gauges that cannot be read. */
  readonly log?: Logger
}

type Instrument = Counter | Gauge | Histogram
interface Definition {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly registers: Registry[]
}

const longestRead = 1_000

// from a fast handler to a slow outside call
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** @example const metrics = createMetrics(); metrics.forPlugin('conversations').counter('messages_total', 'Messages stored').add() */
export const createMetrics = ({ process = true, log }: MetricsOptions = {}): HostMetrics => {
  const registry = new Registry()
  if (process) collectDefaultMetrics({ register: registry, prefix: 'parley_process_' })

  // a request scope may ask for the same instrument again and again
  const instrument = <T extends Instrument>(
    kind: new (definition: Definition) => T,
    name: string,
    help: string,
    labels: readonly string[],
    more: object = {},
  ): T => {
    const known: unknown = registry.getSingleMetric(name)
    if (known === undefined) return new kind({ name, help, labelNames: labels, registers: [registry], ...more })
    if (known instanceof kind && String((known as { labelNames?: readonly string[] }).labelNames ?? []) === String(labels)) return known
    throw new ParleyError('internal', `The metric "${name}" exists with another type or other labels. Give one of the two another name.`)
  }

  const withPrefix = (prefix: string): Metrics => ({
    counter(name, help, labels = []) {
      const counter = instrument(Counter, prefix + name, help, labels)
      return { add: (values, amount = 1) => (values === undefined ? counter.inc(amount) : counter.inc(values, amount)) }
    },
    gauge(name, help, labels = [], read) {
      const gauge = instrument(Gauge, prefix + name, help, labels, read === undefined ? {} : { collect: collecting(prefix + name, read, log) })
      return { set: (value, values) => (values === undefined ? gauge.set(value) : gauge.set(values, value)) }
    },
    histogram(name, help, labels = []) {
      const histogram = instrument(Histogram, prefix + name, help, labels, { buckets })
      const children = new Map<string, { observe(seconds: number): void }>()
      // finding the child by its labels costs more than counting
      const childOf = (values: Readonly<Record<string, string>>): { observe(seconds: number): void } => {
        const key = labels.map((label) => values[label]).join('\0')
        let child = children.get(key)
        if (child === undefined) children.set(key, (child = histogram.labels(values)))
        return child
      }
      return { observe: (seconds, values) => (values === undefined ? histogram : childOf(values)).observe(seconds) }
    },
  })

  return {
    forPlugin: (id) => withPrefix(`parley_${id.replaceAll('-', '_')}_`),
    host: withPrefix('parley_'),
    async samples(name) {
      const metric = registry.getSingleMetric(name) as Instrument | undefined
      const { values = [] } = (await metric?.get()) ?? {}
      return values.map((one) => ({
        name: (one as { metricName?: string }).metricName ?? name,
        labels: one.labels as MetricSample['labels'],
        value: one.value,
      }))
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

/** One gauge that fails or hangs must not take the others with it. */
const collecting = (name: string, read: () => Promise<readonly GaugeValue[]>, log: Logger | undefined) =>
  async function (this: Gauge): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it took longer than a second')), longestRead)
    })
    try {
      const values = await Promise.race([read(), late])
      this.reset()
      for (const { value, labels = {} } of values) this.set(labels, value)
    } catch (error) {
      log?.warn('a gauge could not be read and keeps its values', { metric: name, error })
    } finally {
      clearTimeout(timer)
    }
  }
