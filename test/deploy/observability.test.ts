import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ApiHost } from '../platform/api-host.ts'
import { read } from './files.ts'

interface Dashboard {
  readonly panels: readonly { readonly id: number; readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string; readonly annotations: { readonly summary: string } }[]
  }[]
}

const { panels } = JSON.parse(read('observability/grafana-dashboard.json')) as Dashboard
const rules = (parse(read('observability/alerts.yaml')) as Rules).groups.flatMap((group) => group.rules)

/** Name -> labels, as the text format has them; a metric without samples yet has none. */
async function exposed(): Promise<Map<string, Set<string>>> {
  const host = await ApiHost.start()
  try {
    await host.http.get('/api/v1/auth/me')
    const text = await host.host.platform.metrics.text()
    const found = new Map<string, Set<string>>()
    for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) found.set(name! + suffix, new Set())
    }
    for (const [, name, labels = ''] of text.matchAll(/^(\w+)\{(.*)\} /gm)) {
      for (const [, label] of labels.matchAll(/(\w+)="/g)) found.get(name!)?.add(label!)
    }
    return found
  } finally {
    await host.host[Symbol.asyncDispose]()
  }
}

test('every metric and label that the dashboard and the alerts name is exposed by a running host', async () => {
  const found = await exposed()
  const expressions = [...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)), ...rules.map(({ expr }) => expr)]
  for (const expression of expressions) {
    const names = expression.match(/parley_\w+/g) ?? []
    expect([expression, names.length > 0, names.filter((name) => !found.has(name))]).toEqual([expression, true, []])
    for (const [, name, matchers] of expression.matchAll(/(parley_\w+)\{([^}]*)\}/g)) {
      const labels = [...matchers!.matchAll(/(\w+)=/g)].map(([, label]) => label!).filter((label) => label !== 'instance')
      const known = found.get(name!)!
      // without samples yet there is nothing to compare with
      if (known.size > 0) expect([expression, labels.filter((label) => !known.has(label))]).toEqual([expression, []])
    }
  }
}, 120_000)

test('no metric has a label that Prometheus gives to what it scrapes', async () => {
  const labels = [...(await exposed()).entries()].flatMap(([name, known]) => [...known].map((label) => [name, label] as const))
  expect(labels.length).toBeGreaterThan(20)
  // such a label is renamed to "exported_…", and what asks for it gets the name of the scrape
  expect(labels.filter(([, label]) => ['job', 'instance', 'namespace', 'pod', 'container', 'endpoint', 'service'].includes(label))).toEqual([])
}, 120_000)

test('what operators are to be woken for has an alert, each with a sentence', () => {
  expect(rules.map(({ alert }) => alert)).toEqual(
    expect.arrayContaining([
      ...['ParleyLag', 'ParleyDeadLetters', 'ParleyChannelBroken', 'ParleyTokenEnds', 'ParleySlowPlugin'],
      ...['ParleyPluginQuarantined', 'ParleyLicenceEnds'],
    ]),
  )
  for (const { annotations } of rules) expect(annotations.summary.length).toBeGreaterThan(15)
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
})
