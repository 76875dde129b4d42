import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configOf, pluginOf, type InstalledPlugin, type Kernel } from '@parley/kernel'
import type { Clock, Core, ExtensionPoint, HttpClient, Plugin, PluginManifest, Role, Token } from '@parley/plugin-api'
import {
  createHttpClient,
  createLogger,
  createPlatform,
  createTestClock,
  systemClock,
  usualLimits,
  type LicenceOptions,
  type Licences,
  type Platform,
  type TestClock,
} from '@parley/services'
import { fakesPlugin } from './fakes-plugin.ts'
import { RecordingClient, type Outside } from './recording-client.ts'
import { TestActors, TestClient } from './test-client.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

export interface TestHostOptions<C extends 'controlled' | 'real' = 'controlled'> {
  /** Plugins, or modules whose default export is one. */
  readonly plugins: readonly (Plugin | { readonly default: Plugin })[]
  /** Plugin id -> its configuration. */
  readonly config?: Readonly<Record<string, object>>
  /** Token id, or the name under which a plugin consumes it -> what it gets. Everything else that is missing fails loudly when it is called. */
  readonly fakes?: Readonly<Record<string, unknown>>
  /** What this process does; everything by default. */
  readonly roles?: readonly Role[]
  /** `controlled` (default): time stands still until `host.clock.advance()`. */
  readonly time?: C
  /** Answers calls of plugins to the outside world; what it leaves goes out, but only to this machine. All are in `host.outbound.calls`. */
  readonly outside?: Outside
  /** The client behind that, for tests that cut its line. */
  readonly client?: HttpClient
  /** The address of this installation as it is seen from outside. */
  readonly publicUrl?: string
  /** Share what several hosts have in common, such as a database that a restart finds again. Its owner closes it. */
  readonly database?: TestDatabase
  readonly redisUrl?: string
  readonly dataDir?: string
  /** Plugin id -> what its package.json would say, such as the feature it needs. */
  readonly manifests?: Readonly<Record<string, Partial<PluginManifest>>>
  /** What is licensed; everything by default. @example licences: (parts) => createLicences({ ...parts, keys, files, base: [], required: true }) */
  readonly licences?: (parts: Pick<LicenceOptions, 'database' | 'clock' | 'log' | 'plugins'>) => Licences
  /** Plugins without which nothing starts. */
  readonly critical?: readonly string[]
  /** Milliseconds a plugin may take to start. */
  readonly startTimeout?: number
  /** Plugins that may fail to start; any other that does makes `createTestHost` fail. `true` for all. */
  readonly mayFail?: readonly string[] | true
}

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly plugin?: string
  readonly [field: string]: unknown
}

export interface TestHost<C extends Clock = TestClock> extends AsyncDisposable {
  readonly kernel: Kernel
  readonly platform: Platform
  readonly database: TestDatabase
  readonly clock: C
  /** Nobody is signed in; `host.http.as({ permissions: […] })` is somebody. */
  readonly http: TestClient
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly dataDir: string
  /** What was logged at `info` and above. */
  readonly logs: readonly LogLine[]
  /** What plugins asked of the outside world. */
  readonly outbound: Pick<RecordingClient, 'calls' | 'inFlight'>
  /** The guarded service behind a token. */
  service<T>(token: Token<T>): T
  /** A contribution, as the point's owner sees it. */
  contribution<T>(point: ExtensionPoint<T>, key: string): T
  /** Work inside a plugin, with its cradle: what the host gives is typed, the plugin's own services are `any`. */
  run<R>(plugin: string, work: (cradle: Core<any> & Readonly<Record<string, any>>) => R | Promise<R>): Promise<R>
  stop(): Promise<void>
}

const everything: readonly Role[] = ['web', 'worker', 'realtime', 'connector', 'scheduler', 'runner']

/**
 * The real kernel and the real services in this process: PostgreSQL of the test run, queue in memory, HTTP on a free port.
 *
 * @example await using host = await createTestHost({ plugins: [telegram], fakes: { inbox: fakeInbox } })
 */
export async function createTestHost(options: TestHostOptions<'real'> & { readonly time: 'real' }): Promise<TestHost<Clock>>
export async function createTestHost(options: TestHostOptions): Promise<TestHost>
export async function createTestHost(options: TestHostOptions<'controlled' | 'real'>): Promise<TestHost<Clock> | TestHost> {
  const tested = options.plugins.map((one) => pluginOf(one))
  const actors = new TestActors()
  const plugins = [...tested, fakesPlugin(tested, options.fakes ?? {}, actors)]
  const database = options.database ?? (await createTestDatabase({ plugins }))
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'parley-host-'))
  const clock = options.time === 'real' ? systemClock() : createTestClock()
  const logs: LogLine[] = []
  const log = createLogger({ level: 'info', destination: { write: (line) => void logs.push(JSON.parse(line) as LogLine) } })

  const outboundAllow = ['localhost', '127.0.0.0/8', '::1/128']
  const real = createHttpClient({ allow: outboundAllow })
  const outbound = new RecordingClient(options.client ?? real, options.outside)

  const found = plugins.map((plugin) => installed(plugin, options.manifests?.[plugin.spec.id]))
  const licences = options.licences?.({ database, clock, log, plugins: found })
  const platform = createPlatform({
    plugins: found,
    config: configOf({ plugins: Object.fromEntries(Object.entries(options.config ?? {}).map(([id, config]) => [id, { config }])) }),
    database,
    clock,
    log,
    client: outbound.client,
    dataDir,
    ...(licences === undefined ? {} : { licences }),
    strict: true,
    runner: { program: runnerProgram(), limits: usualLimits },
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    ...(options.startTimeout === undefined ? {} : { startTimeout: options.startTimeout }),
    version: '0.0.0-test',
    ...(options.redisUrl === undefined ? {} : { redis: { url: options.redisUrl } }),
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
  })

  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> =>
    (stopped ??= (async () => {
      await platform.stop()
      await real.close()
      if (!options.database) await database.close()
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    })())

  try {
    await licences?.load()
    await platform.pluginStates.load(platform.kernel)
    await platform.kernel.load()
    await platform.start(options.roles ?? everything)
    refuseFailures(platform.kernel, options.mayFail ?? [])
    const { url } = await platform.http.listen(0, '127.0.0.1')
    return {
      kernel: platform.kernel,
      platform,
      database,
      clock,
      http: new TestClient({ base: url, actors }),
      url,
      dataDir,
      logs,
      outbound,
      service: <T>(token: Token<T>): T => present(platform.kernel.service<T>(token), `a service "${token.id}"`),
      contribution: <T>(point: ExtensionPoint<T>, key: string): T => present(platform.kernel.point(point).get(key), `"${key}" in "${point.id}"`),
      run: (id, work) =>
        present(
          platform.kernel.plugins().find((plugin) => plugin.id === id),
          `a plugin "${id}"`,
        ).run({ requestId: 'test' }, async (cradle) => await work(cradle)),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Built from the sources for this run of tests, or as it was published. */
const runnerProgram = (): string => process.env['PARLEY_TEST_RUNNER'] ?? createRequire(import.meta.url).resolve('@parley/services/runner-program')

const installed = (plugin: Plugin, manifest?: Partial<PluginManifest>): InstalledPlugin => ({
  id: plugin.spec.id,
  version: '1.0.0',
  ...(manifest === undefined ? {} : { manifest: { id: plugin.spec.id, kind: 'feature', api: '^1.0', ...manifest } }),
  load: async () => plugin,
})

function refuseFailures(kernel: Kernel, mayFail: readonly string[] | true): void {
  const failed = kernel.plugins().filter(({ id, state }) => state !== 'running' && mayFail !== true && !mayFail.includes(id))
  if (failed.length > 0) throw new Error(failed.map(({ id, state, reason }) => `"${id}" is ${state}: ${reason}`).join('\n'))
}

function present<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`There is no ${what} in this host.`)
  return found
}
