import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configOf, pluginOf, type Kernel } from '@parley/kernel'
import type { Consumes, Plugin } from '@parley/plugin-api'
import { createLogger, createPlatform, createTestClock } from '@parley/services'
import { createTestDatabase } from '@parley/test-kit'
import { builtIn, root } from './api-host.ts'

export const allPlugins: readonly Plugin[] = await Promise.all(
  builtIn.map(async (id) => pluginOf(await import(`../../plugins/${id}/src/server/plugin.ts`))),
)

const providers = new Map(
  allPlugins.flatMap(({ spec }) =>
    Object.values(spec.provides ?? {})
      .flat()
      .map((token) => [(token as { id: string }).id, spec.id] as const),
  ),
)

/** The plugins whose services a plugin cannot do without. */
export const needsOf = ({ spec }: Plugin): string[] => [
  ...new Set(Object.values((spec.consumes ?? {}) as Consumes).flatMap((one) => (one.kind === 'optional' ? [] : (providers.get(one.id) ?? one.id)))),
]

/** A plugin with everything it needs, directly or not. */
export const withNeeds = (id: string): string[] => {
  const found = new Set<string>()
  const add = (one: string): void => {
    if (found.has(one)) return
    found.add(one)
    for (const needed of needsOf(allPlugins.find(({ spec }) => spec.id === one)!)) add(needed)
  }
  add(id)
  return [...found]
}

export interface SubsetHost extends AsyncDisposable {
  readonly url: string
  readonly plugins: ReturnType<Kernel['plugins']>
  readonly errors: readonly object[]
}

/** An installation that has all plugins and enables these. */
export const startSubset = async (enabled: readonly string[]): Promise<SubsetHost> => {
  const database = await createTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-subset-'))
  const errors: object[] = []
  const log = createLogger({
    level: 'error',
    destination: { write: (line) => void errors.push(JSON.parse(line) as object) },
  })
  const entryOf = (id: string): object => ({ enabled: enabled.includes(id), ...(id === 'identity' ? { config: { admin: root } } : {}) })
  const platform = createPlatform({
    plugins: allPlugins.map((plugin) => ({ id: plugin.spec.id, version: '1.0.0', load: async () => plugin })),
    config: configOf({ plugins: Object.fromEntries(builtIn.map((id) => [id, entryOf(id)])) }),
    database,
    clock: createTestClock(),
    log,
    dataDir,
    strict: true,
    version: '0.0.0-test',
  })
  await platform.kernel.load()
  await platform.migrate('auto')
  await platform.start(['web', 'worker', 'realtime', 'connector', 'scheduler'])
  const { url } = await platform.http.listen(0, '127.0.0.1')
  return {
    url,
    plugins: platform.kernel.plugins(),
    errors,
    async [Symbol.asyncDispose]() {
      await platform.stop()
      await database.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
