import { authenticator, definePlugin, type Consumes, type ExtensionPoint, type Plugin } from '@parley/plugin-api'
import { asValue } from 'awilix'
import type { TestActors } from './test-client.ts'

/** A plugin that stands in for everything the plugins under test need and the test does not bring. */
export function fakesPlugin(plugins: readonly Plugin[], fakes: Readonly<Record<string, unknown>>, actors: TestActors): Plugin {
  const provided = new Set(plugins.flatMap(tokensOf))
  const owned = new Set(plugins.flatMap(({ spec }) => (spec.owns ?? []).map((point) => point.id)))
  const services: Record<string, ReturnType<typeof asValue>> = {}
  const provides: Record<string, { kind: 'service'; id: string }> = {}
  const unused = new Set(Object.keys(fakes))

  for (const { spec } of plugins) {
    for (const [name, wanted] of Object.entries((spec.consumes ?? {}) as Consumes)) {
      const token = wanted.kind === 'optional' ? wanted.token : wanted
      const key = token.id in fakes ? token.id : name
      const fake = fakes[key]
      if (fake !== undefined) unused.delete(key)
      if (provided.has(token.id) || (wanted.kind === 'optional' && fake === undefined)) continue
      provided.add(token.id)
      const local = `service${Object.keys(services).length}`
      services[local] = asValue(fake ?? failingLoudly(token.id, name))
      provides[local] = token
    }
  }
  if (unused.size > 0)
    throw new Error(`No plugin under test consumes ${[...unused].map((name) => `"${name}"`).join(', ')}. Correct the names in "fakes".`)

  const contributions = plugins.flatMap(({ spec }) => {
    const points: { plugin: string; point: ExtensionPoint<unknown> }[] = []
    spec.contributes?.((point: ExtensionPoint<any>) => {
      points.push({ plugin: spec.id, point })
      return { kind: 'contribution', point, key: '', create: () => undefined }
    })
    return points
  })
  actors.replacedBy = contributions.find(({ point }) => point.id === authenticator.id)?.plugin
  const orphans = new Map(
    contributions.filter(({ point }) => !owned.has(point.id) && !point.id.startsWith('host.')).map(({ point }) => [point.id, point]),
  )
  return definePlugin({
    id: 'test-kit',
    services,
    provides: provides as never,
    owns: [...orphans.values()],
    contributes: (add) =>
      actors.replacedBy !== undefined ? [] : [add(authenticator, 'test-kit', () => ({ authenticate: async ({ token }) => actors.find(token) }))],
  })
}

const tokensOf = ({ spec }: Plugin): string[] =>
  (Object.values(spec.provides ?? {}) as (undefined | { id: string } | readonly { id: string }[])[])
    .flatMap((tokens) => tokens ?? [])
    .map(({ id }) => id)

/** Any method may be called; it says what was called and how to fake it. */
const failingLoudly = (token: string, name: string): object =>
  new Proxy(
    {},
    {
      get: (_, method) => {
        if (typeof method === 'symbol' || method === 'then') return undefined
        return () => {
          throw new Error(
            `"${token}" has no fake and ${name}.${method}() was called. Give one: createTestHost({ fakes: { ${name}: { ${method}: … } } }).`,
          )
        }
      },
    },
  )
