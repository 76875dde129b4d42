import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Role } from '@parley/plugin-api'
import {
  createDatabase,
  createLogger,
  createPlatform,
  createTracer,
  startEmbeddedPostgres,
  systemClock,
  type Database,
  type HostLogger,
  type Licences,
  type Platform,
  type Tracer,
} from '@parley/services'
import { runnerLimits } from './config-sections.ts'
import { drainTimesOf, type DrainTimes } from './drain.ts'
import { mountDevelopmentPages, reloadScript } from './development/development-pages.ts'
import { Readiness } from './health/readiness.ts'
import type { HostConfig } from './host-config.ts'
import type { Installation } from './installation.ts'
import { openLicences } from './licence/open-licences.ts'
import { pluginSetOf } from './plugins/plugin-set.ts'
import { release } from './release.ts'
import { runnerProgram } from './runner/runner-program.ts'
import { mountSystemPages, viewSystem } from './system/system-pages.ts'
import { mountUi } from './ui/ui-pages.ts'

/** A process of Parley, put together and not started. */
export interface ComposedHost {
  readonly platform: Platform
  readonly found: Installation['found']
  readonly licences: Licences
  readonly database: Database
  readonly dataDir: string
  readonly readiness: Readiness
  readonly log: HostLogger
  readonly migrate: 'auto' | 'verify'
  readonly drain: DrainTimes
  /** After `platform.stop()`: connections, then the embedded server. */
  close(): Promise<void>
}

/** Chooses the adapters by configuration. Nothing is read from the environment here. */
export async function composeHost(installation: Installation, roles: readonly Role[], open: OpenDatabase = openDatabase): Promise<ComposedHost> {
  const { host: config, environment, found } = installation
  const log = createLogger({ level: config.log.level })
  const dataDir = resolve(installation.root, config.data.directory)
  const store = await open(config, dataDir, log)
  const { redis, server } = config
  const { traces } = config.telemetry
  const drain = drainTimesOf(config, roles)
  const clock = systemClock()
  const licences = await openLicences({ installation, dataDir, database: store.database, clock, log })

  const platform = createPlatform({
    // where two want the same address, what comes with Parley has it
    plugins: [...found].sort((one, next) => Number(next.source === 'bundled') - Number(one.source === 'bundled')),
    config: installation.loaded,
    database: store.database,
    clock,
    log,
    licences: licences.licences,
    outboundAllow: config.host.outbound.allow,
    dataDir,
    critical: config.host.critical,
    chosen: config.host.points,
    startTimeout: config.host.startTimeout * 1000,
    runner: {
      program: runnerProgram(),
      limits: runnerLimits(config.runner),
      urls: config.runner.urls,
      ...(config.runner.token === undefined ? {} : { token: config.runner.token }),
    },
    strict: environment !== 'production',
    version: release,
    pluginSet: pluginSetOf(found, installation.loaded.values),
    permissions: [viewSystem],
    ...(traces.url === undefined ? {} : { tracer: tracerOf({ ...traces, url: traces.url }, roles, log) }),
    trustedProxies: server.trustedProxies,
    allowedOrigins: server.allowedOrigins,
    polling: server.polling,
    reconnectWindow: drain.window,
    handshakesPerMinute: server.handshakesPerMinute,
    ...(redis.url === undefined ? {} : { redis: { url: redis.url, ...(redis.prefix === undefined ? {} : { prefix: redis.prefix }) } }),
    ...(config.secrets.key === undefined ? {} : { secretKey: config.secrets.key }),
    ...(server.publicUrl === undefined ? {} : { publicUrl: server.publicUrl }),
  })
  await platform.pluginStates.load(platform.kernel)
  const readiness = readinessOf(platform, roles, config)
  const plugins = platform.kernel.plugins.bind(platform.kernel)
  mountSystemPages({ platform, found, config: config.system, loaded: installation.loaded, roles, readiness, licences: licences.licences })
  if (installation.development) mountDevelopmentPages({ http: platform.http, restartWith: (folder) => void process.send?.({ folder }) })
  if (roles.includes('web')) {
    mountUi({
      http: platform.http,
      shellDirectory: installation.shellDirectory,
      found,
      plugins,
      uiConfig: (plugin) => platform.kernel.uiConfig(plugin),
      showReasons: config.system.open,
      ...(installation.development ? { extraScript: reloadScript } : {}),
    })
  }
  const ownDatabase = config.database.url !== undefined
  const migrate = config.database.migrate ?? (ownDatabase && environment === 'production' ? 'verify' : 'auto')
  const close = async (): Promise<void> => {
    licences.close()
    await store.close()
  }
  return { platform, found, licences: licences.licences, database: store.database, dataDir, readiness, log, migrate, drain, close }
}

/** A command that only looks brings its own. */
type OpenDatabase = typeof openDatabase

type Traces = HostConfig['telemetry']['traces']

const tracerOf = ({ url, headers, share }: Traces & { readonly url: string }, roles: readonly Role[], log: HostLogger): Tracer => {
  const resource = { 'service.name': 'parley', 'service.version': release, 'service.instance.id': `${hostname()}-${process.pid}` }
  return createTracer({ url, headers, share, log, resource: { ...resource, 'parley.roles': roles.join(',') } })
}

/** The deployment's own PostgreSQL, or the one that comes with Parley. */
export async function openDatabase(
  { database: config }: HostConfig,
  dataDir: string,
  log: HostLogger,
): Promise<{ database: Database; close(): Promise<void> }> {
  const embedded = config.url === undefined ? await startEmbeddedPostgres({ dataDir: resolve(dataDir, 'postgres'), log }) : undefined
  const database = createDatabase({
    url: config.url ?? embedded!.url,
    directUrl: config.directUrl,
    max: config.connections,
    statementTimeout: config.statementTimeout,
    preparedStatements: config.preparedStatements,
    reports: config.reports.url === undefined ? undefined : { ...config.reports, url: config.reports.url },
    log,
  })
  return {
    database,
    async close() {
      await database.close()
      await embedded?.stop()
    },
  }
}

function readinessOf(platform: Platform, roles: readonly Role[], config: HostConfig): Readiness {
  const readiness = new Readiness()
  readiness.add(...platform.checks(roles))
  readiness.add({ part: 'plugin set', needed: 'always', ask: () => platform.instances.heldBack() })
  for (const id of config.host.critical) {
    readiness.add({
      part: id,
      needed: 'always',
      ask() {
        const plugin = platform.kernel.plugins().find((one) => one.id === id)
        // a licence that ended must not take the whole process out of service
        return plugin?.state === 'running' || plugin?.state === 'suspended' ? undefined : `the plugin is ${plugin?.state ?? 'not installed'}`
      },
    })
  }
  return readiness
}
