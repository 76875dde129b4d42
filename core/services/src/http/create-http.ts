import type { Server } from 'node:http'
import type { PluginHandle } from '@parley/kernel'
import { runInContext } from '@parley/kernel'
import type { Clock, Files, Logger, Metrics, PluginDatabase, Route } from '@parley/plugin-api'
import { reply } from '@parley/plugin-api'
import Koa, { type Middleware } from 'koa'
import type { Authenticate } from './auth-barrier.ts'
import { createCaller } from './caller.ts'
import { createCors } from './cors.ts'
import type { Tracer } from '../telemetry/index.ts'
import { Dispatcher } from './dispatcher.ts'
import { EndpointServer } from './endpoint-server.ts'
import { HttpListener, type Listening } from './http-listener.ts'
import { Idempotency } from './idempotency.ts'
import { IdempotencyStore } from './idempotency-store.ts'
import { type Mounts, mountRoutes } from './mount-routes.ts'
import { describeApi } from './openapi.ts'
import { createRateLimits } from './rate-limits.ts'
import { swaggerUi } from './swagger-ui.ts'

export interface HttpOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly database: { readonly host: PluginDatabase }
  /** Says who a token belongs to; `undefined` for one that is not valid. */
  readonly authenticate: Authenticate
  /** Where uploads of a plugin's forms go. */
  readonly files: (plugin: string) => Files
  readonly metrics?: Metrics
  /** Off in production: answers are held against their schemas, writes without an audit entry fail, texts of bugs are shown. */
  readonly strict: boolean
  /** Routes of the host itself; their paths are relative to `/api/v1`. */
  readonly routes?: readonly Route[]
  /** Other sites whose scripts may call the API; none by default. */
  readonly allowedOrigins?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly publicUrl?: string
  /** Counts rate limits for all processes together. */
  readonly redisUrl?: string
  /** Of its keys there; default `parley`. */
  readonly redisPrefix?: string
  /** Of the product, for the API's description. */
  readonly version?: string
  readonly tracer?: Tracer | undefined
}

export interface HttpService {
  readonly server: Server
  /** Plugins whose routes clash with those of the host or of a plugin that stands earlier in the list, each with why; the same in every process. */
  refused(plugins: readonly PluginHandle[]): ReadonlyMap<string, string>
  /** Mounts the host's own routes, unless told otherwise, and the plugins' routes; until then requests to them wait up to 5 s. Those of plugins in `refused` are left out. */
  start(plugins: readonly PluginHandle[], options?: { readonly ownRoutes?: boolean }): void
  listen(port: number, host?: string): Promise<Listening>
  /** Goes on answering, with `Connection: close`. */
  leave(): void
  /** Stops accepting, lets requests in flight finish. */
  stop(): Promise<void>
  /** Pages and assets of the host: everything below the prefix that no route has. `/` takes what is left. Works before `start`. */
  use(prefix: string, middleware: Middleware): void
  /** The OpenAPI document. */
  describe(): object
}

/** How the reason begins for which a plugin of `HttpService.refused` does not run. */
export const routesRefused = 'its routes are not mounted'

const idempotencySweep = 3_600_000

const hostHandle = (routes: readonly Route[]): PluginHandle => ({
  id: 'host',
  version: '',
  order: -1,
  state: 'running',
  reason: undefined,
  declarations: {
    permissions: [],
    settings: [],
    routes,
    jobs: [],
    subscriptions: [],
    topics: [],
    sockets: [],
    connectors: [],
    migrations: {},
    publishes: {},
  },
  run: (context, work) => runInContext({ ...context, plugin: 'host' }, () => work({})),
})

/** The one Koa app, and the one server, of a process. */
export const createHttp = (options: HttpOptions): HttpService => {
  const { clock, log, database, authenticate, files, metrics, strict } = options
  const caller = createCaller(options)
  const limits = createRateLimits({ redisUrl: options.redisUrl, redisPrefix: options.redisPrefix, log })
  const store = new IdempotencyStore(database.host)
  const idempotency = new Idempotency({ store, clock })
  const endpoints = new EndpointServer({ clock, log, caller, authenticate, files, limits, idempotency, strict })
  const dispatcher = new Dispatcher({
    clock,
    log,
    metrics,
    endpoints,
    cors: createCors(options.allowedOrigins ?? []),
    strict,
    tracer: options.tracer,
  })

  const app = new Koa()
  app.use(dispatcher.handle)
  // what is left are answers that break while they are streamed
  app.on('error', (error: Error) => log.debug('answer not delivered', { error }))
  const listener = new HttpListener(app.callback())

  let mounts: Mounts | undefined
  let description: object | undefined
  const describe = (): object => (description ??= describeApi(mounts?.endpoints ?? [], { version: options.version ?? '0.0.0' }))
  const ownRoutes: readonly Route[] = [
    {
      kind: 'route',
      method: 'GET',
      path: '/openapi.json',
      options: { auth: 'public', summary: 'This document' },
      handle: async () => reply({ body: describe() }),
    },
  ]
  const allOwnRoutes = [...ownRoutes, ...(options.routes ?? [])]
  let stopSweep = (): void => undefined

  return {
    server: listener.server,
    describe,
    refused(plugins) {
      const { refused } = mountRoutes(hostHandle(allOwnRoutes), plugins)
      return new Map([...refused].map(([id, problems]) => [id, `${routesRefused}: ${problems.join(' ')}`]))
    },
    use: (prefix, middleware) => dispatcher.use(prefix, middleware),
    async listen(port, host) {
      await limits.ready()
      return await listener.listen(port, host)
    },
    start(plugins, { ownRoutes: own = true } = {}) {
      mounts = mountRoutes(hostHandle(own ? allOwnRoutes : []), plugins)
      dispatcher.mount(mounts, plugins)
      if (own) dispatcher.use('/api-docs', swaggerUi())
      const sweep = (): void => void store.removeExpired(clock.now()).catch((error: unknown) => log.warn('idempotency keys not swept', { error }))
      stopSweep = clock.every(idempotencySweep, sweep)
    },
    leave: () => listener.leave(),
    async stop() {
      stopSweep()
      await listener.stop()
      await limits.close()
    },
  }
}
