import { join } from 'node:path'
import { createKernel, type InstalledPlugin, type Kernel, type LoadedConfig } from '@parley/kernel'
import {
  authenticator,
  configuration as configurationKinds,
  demoData,
  limitUsage,
  type Actor,
  type Audit,
  type Clock,
  type Credentials,
  type HttpClient,
  type Permission,
  type Role,
  type Route,
} from '@parley/plugin-api'
import { auditRoutes, createAudit, viewAudit } from '../audit/index.ts'
import { createClaims, type PluginSet } from '../claims/index.ts'
import { systemClock } from '../clock/index.ts'
import { configurationRoutes, createConfiguration, exportConfiguration, importConfiguration, type Configuration } from '../configuration/index.ts'
import { createConnectors } from '../connectors/index.ts'
import { pendingMigrations, type Database } from '../database/index.ts'
import { createEvents } from '../events/index.ts'
import { createFiles } from '../files/index.ts'
import { createHttp, type HttpService } from '../http/index.ts'
import { createInstances, type Instances } from '../instances/index.ts'
import { createJobs, type Jobs } from '../jobs/index.ts'
import { editLicence, viewLicence, type Licences } from '../licence/index.ts'
import { createMetrics, type HostLogger } from '../observability/index.ts'
import { createHttpClient } from '../outbound/index.ts'
import { editSystem, PluginStates } from '../plugin-states/index.ts'
import { createRealtime } from '../realtime/index.ts'
import { createRunners, type RunnersConfig } from '../runner/index.ts'
import { checkSecretKey, createSecrets } from '../secrets/index.ts'
import { createSettings, settingsRoutes } from '../settings/index.ts'
import type { Tracer } from '../telemetry/index.ts'
import { healthChecksOf, type HealthCheck } from './health-checks.ts'
import { createPluginHealth, type PluginHealth } from './plugin-health.ts'
import { createPlatformMetrics } from './platform-metrics.ts'
import { settled } from './settled.ts'
import { bringUpToDate, toMigrate } from './to-migrate.ts'

export interface PlatformOptions {
  readonly plugins: readonly InstalledPlugin[]
  readonly config: LoadedConfig
  readonly database: Database
  readonly clock: Clock
  readonly log: HostLogger
  /** Addresses plugins may call although they are not public. */
  readonly outboundAllow?: readonly string[]
  /** Instead of real calls to the outside world, for tests. */
  readonly client?: HttpClient
  /** Without it everything that processes share is kept in this one. */
  readonly redis?: { readonly url: string; readonly prefix?: string }
  /** For files and, when no key is given, for the generated one. */
  readonly dataDir: string
  readonly secretKey?: string
  readonly critical?: readonly string[]
  readonly chosen?: Readonly<Record<string, string>>
  /** Milliseconds a plugin may take to start. */
  readonly startTimeout?: number
  /** Tests and development: answers are held against their schemas, unaudited writes fail. */
  readonly strict: boolean
  readonly version: string
  readonly publicUrl?: string
  readonly trustedProxies?: readonly string[]
  readonly allowedOrigins?: readonly string[]
  readonly polling?: boolean
  /** Milliseconds over which sockets are sent to other processes when this one stops. */
  readonly reconnectWindow?: number
  /** Socket connections one address may open each minute. */
  readonly handshakesPerMinute?: number
  /** Permissions of the embedder's own pages. */
  readonly permissions?: readonly Permission[]
  /** The embedder's own routes, relative to `/api/v1`. */
  readonly routes?: (host: { readonly kernel: Kernel; readonly audit: Audit }) => readonly Route[]
  /** What is licensed; everything by default. Loaded before `kernel.load()`. */
  readonly licences?: Licences
  /** Off without it. */
  readonly tracer?: Tracer
  /** Where code of users runs; without it every run fails. */
  readonly runner?: RunnersConfig
  /** What this process would import; with it the process is known to the others. */
  readonly pluginSet?: PluginSet
}

/** Kernel and services of one process, wired together; what is left to the host is where they come from and who asks. */
export interface Platform {
  readonly kernel: Kernel
  readonly http: HttpService
  readonly jobs: Jobs
  /** All that is configured in all plugins, as files. */
  readonly configuration: Configuration
  /** The processes of this installation. */
  readonly instances: Instances
  /** What was disabled or is in quarantine. Loaded before `kernel.load()`. */
  readonly pluginStates: PluginStates
  /** What `/metrics` answers. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  /** How a plugin does in this process; `undefined` for one that is not installed. */
  health(plugin: string): Promise<PluginHealth | undefined>
  authenticate(credentials: Credentials): Promise<Actor | undefined>
  /** What `migrate('auto')` would do, as `plugin: step`. */
  pendingMigrations(): Promise<readonly string[]>
  /** `auto` brings the tables up to date, `verify` refuses when they are not. After `kernel.load()`. */
  migrate(mode: 'auto' | 'verify'): Promise<void>
  /** Everything after the migrations: init, routes, workers, sockets, connectors, start hooks. */
  start(roles: readonly Role[]): Promise<void>
  /** What this process needs for these roles. */
  checks(roles: readonly Role[]): readonly HealthCheck[]
  /** Readiness is off: a load balancer is about to look elsewhere. Everything is still done. */
  leave(): void
  /** In the order that loses nothing: sockets sent away and connectors released, no new requests, jobs drained, plugins stopped. */
  stop(): Promise<void>
}

export function createPlatform(options: PlatformOptions): Platform {
  const { database, clock, log, redis, licences, tracer } = options
  const shared = redis === undefined ? {} : { redisUrl: redis.url }
  const prefix = redis?.prefix === undefined ? {} : { prefix: redis.prefix }
  const secrets = createSecrets({ keys: options.secretKey, dataDir: options.dataDir, log })
  const metrics = createMetrics({ log })
  const outbound = createHttpClient({ allow: options.outboundAllow ?? [], metrics: metrics.host, tracer })
  const client = options.client ?? outbound
  const audit = createAudit({ database, clock })
  const settings = createSettings({ database, secrets, audit, clock, log })
  const files = createFiles({
    database,
    clock,
    log,
    folder: join(options.dataDir, 'files'),
    keys: secrets.forPlugin('files').deriveAll('urls'),
  })
  // real time, whatever the clock of the host: sessions live in it
  const claims = createClaims({ url: database.directUrl, clock: systemClock(), log, version: options.version })
  const jobs = createJobs({
    adapter: redis === undefined ? 'memory' : { redisUrl: redis.url, ...prefix },
    database,
    clock,
    log,
    workers: claims,
    tracer,
  })
  const events = createEvents({ database, jobs, clock, claims, log })
  const realtime = createRealtime({
    database,
    clock,
    log,
    trustedProxies: options.trustedProxies ?? [],
    ...(options.handshakesPerMinute === undefined ? {} : { handshakesPerMinute: options.handshakesPerMinute }),
    transports: options.polling ? ['polling', 'websocket'] : ['websocket'],
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(options.reconnectWindow === undefined ? {} : { reconnectWindow: options.reconnectWindow }),
    ...shared,
    ...prefix,
  })
  const connectors = createConnectors({ database, clock, claims, log })
  const instances = createInstances({ database, clock, claims, log, metrics: metrics.host })

  const runners = createRunners({ config: options.runner, log, metrics: metrics.host })

  const site = { publicUrl: options.publicUrl?.replace(/\/+$/, '') }

  const pluginStates = new PluginStates({
    ...{ database, clock, log, url: database.directUrl, dataDir: options.dataDir, critical: options.critical ?? [] },
    ids: options.plugins.map(({ id }) => id),
  })
  const kernel = createKernel({
    plugins: options.plugins,
    config: options.config,
    clock,
    log,
    critical: options.critical ?? [],
    chosen: options.chosen ?? {},
    points: [authenticator, demoData, configurationKinds, limitUsage],
    permissions: [
      viewAudit,
      exportConfiguration,
      importConfiguration,
      editSystem,
      ...(licences === undefined ? [] : [viewLicence, editLicence]),
      ...(options.permissions ?? []),
    ],
    timeout: options.startTimeout ?? 30_000,
    ...(licences === undefined ? {} : { licensing: licences.licensing }),
    refused: (plugins) => http.refused(plugins),
    decisions: pluginStates.decisions,
    core: ({ id }) => ({
      log: log.forPlugin(id),
      db: database.forPlugin(id),
      queue: jobs.forPlugin(id),
      events: events.forPlugin(id),
      realtime: realtime.forPlugin(id),
      settings: settings.forPlugin(id),
      secrets: secrets.forPlugin(id),
      clock,
      http: client,
      audit: audit.forPlugin(id),
      files: files.forPlugin(id),
      metrics: metrics.forPlugin(id),
      site,
      claims,
      runner: runners.forPlugin(id),
    }),
  })

  const configuration = createConfiguration({ database, kernel, settings, audit, clock, log })

  const authenticate = async (credentials: Credentials): Promise<Actor | undefined> => {
    const [known] = kernel.point(authenticator).values()
    return known?.authenticate(credentials)
  }

  const own = { kernel, audit: audit.forPlugin('host') }
  const http = createHttp({
    clock,
    log,
    database,
    authenticate,
    files: (plugin) => files.forPlugin(plugin),
    metrics: metrics.host,
    strict: options.strict,
    tracer,
    routes: [
      ...settingsRoutes(settings),
      ...auditRoutes(audit),
      ...configurationRoutes(configuration),
      ...pluginStates.routes(own),
      ...(licences?.routes(own) ?? []),
      ...(options.routes?.(own) ?? []),
    ],
    version: options.version,
    ...shared,
    ...(redis?.prefix === undefined ? {} : { redisPrefix: redis.prefix }),
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
    ...(options.allowedOrigins === undefined ? {} : { allowedOrigins: options.allowedOrigins }),
  })
  return {
    kernel,
    http,
    jobs,
    configuration,
    instances,
    pluginStates,
    metrics: createPlatformMetrics(metrics, { database, jobs, events, realtime, kernel, licences, runners }),
    health: createPluginHealth({ kernel, metrics, jobs, events, clock }),
    authenticate,
    pendingMigrations: () => pendingMigrations({ database, plugins: toMigrate(kernel) }),
    migrate: (mode) => bringUpToDate({ database, kernel, instances, log, pluginSet: options.pluginSet }, mode),
    async start(roles) {
      await checkSecretKey({ database, secrets })
      await Promise.all([claims.start(roles, options.pluginSet), kernel.init()])
      if (options.pluginSet) await instances.start(options.pluginSet)
      claims.whenGone(() => void Promise.all([jobs.hurry(), connectors.hurry()]))
      const plugins = kernel.plugins()
      settings.start(plugins)
      await files.start()
      events.start(plugins)
      await jobs.start(plugins, roles)
      runners.start(roles)
      const web = roles.includes('web')
      if (web) http.use('/files', files.middleware)
      http.start(web ? options.plugins.map(({ id }) => plugins.find((plugin) => plugin.id === id)!) : [], { ownRoutes: web })
      if (roles.includes('realtime')) realtime.attach(http.server, plugins, authenticate)
      else realtime.start(plugins)
      if (roles.includes('connector')) connectors.start(plugins)
      await kernel.start(roles)
      licences?.start(kernel)
      pluginStates.start()
    },
    checks: (roles) => healthChecksOf(roles, { database, jobs, connectors, claims, runners }),
    leave: () => http.leave(),
    async stop() {
      licences?.stop()
      pluginStates.stop()
      const together = () => Promise.all([realtime.stop(), connectors.stop()])
      const parts = [kernel, jobs, instances, claims]
      await settled(log, [
        together,
        () => http.stop(),
        () => jobs.rest(),
        ...parts.map((part) => () => part.stop()),
        () => runners.stop(),
        () => outbound.close(),
        () => tracer?.stop(),
      ])
    },
  }
}
