import { randomUUID } from 'node:crypto'
import type { Clock, Logger, Metrics } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { PluginHandle } from '@parley/kernel'
import type { Context, Middleware } from 'koa'
import type { Span, Tracer } from '../telemetry/index.ts'
import type { Endpoint } from './endpoint.ts'
import type { EndpointServer } from './endpoint-server.ts'
import { apiPrefix, hooksPrefix, type Mounts } from './mount-routes.ts'
import { unavailable } from './plugin-gate.ts'
import { toParleyError, toProblem } from './problem.ts'
import { dataHeaders, pageHeaders, setHeaders } from './security-headers.ts'

export interface DispatcherOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics | undefined
  readonly endpoints: EndpointServer
  readonly cors: (ctx: Context) => boolean
  readonly strict: boolean
  readonly tracer: Tracer | undefined
}

interface HostPart {
  readonly prefix: string
  readonly middleware: Middleware
}

const longestStart = 5000
const isBelow = (path: string, prefix: string): boolean => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
const isData = (path: string): boolean => isBelow(path, '/api') || isBelow(path, hooksPrefix)

/** The one middleware of the app: finds who answers a request, and turns whatever goes wrong into a problem document. */
export class Dispatcher {
  readonly #parts: DispatcherOptions
  readonly #seconds
  readonly #dataHeaders = dataHeaders()
  readonly #pageHeaders = pageHeaders()
  readonly #plugins = new Map<string, PluginHandle>()
  #hostParts: readonly HostPart[] = []
  #mounts: Mounts | undefined
  #mounted: () => void = () => undefined
  readonly #whenMounted = new Promise<void>((resolve) => (this.#mounted = resolve))

  constructor(options: DispatcherOptions) {
    this.#parts = options
    this.#seconds = options.metrics?.histogram('http_request_seconds', 'Time to answer a request', ['plugin', 'route', 'status'])
  }

  /** Longer prefixes are asked first; `/` gets what nobody else took. */
  use(prefix: string, middleware: Middleware): void {
    this.#hostParts = [...this.#hostParts, { prefix, middleware }].sort((a, b) => b.prefix.length - a.prefix.length)
  }

  mount(mounts: Mounts, plugins: readonly PluginHandle[]): void {
    for (const plugin of plugins) this.#plugins.set(plugin.id, plugin)
    this.#mounts = mounts
    this.#mounted()
  }

  readonly handle = async (ctx: Context): Promise<void> => {
    const started = performance.now()
    const requestId = randomUUID()
    let endpoint: Endpoint | undefined
    let span: Span | undefined
    ctx.res.setHeader('x-request-id', requestId)
    try {
      if (this.#parts.cors(ctx)) return
      const { path } = ctx
      const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
      if (this.#mounts === undefined && !this.#isHostAddress(path)) await this.#waitForStart()
      const found = this.#mounts?.tree.find(method, path)
      if (found !== undefined && 'value' in found) {
        endpoint = found.value
        setHeaders(ctx.res, this.#dataHeaders)
        span = this.#parts.tracer?.start(endpoint.label, 'server', { parent: ctx.get('traceparent') || undefined, begin: true })
        await this.#parts.endpoints.serve(ctx, endpoint, found.params, { requestId, trace: span?.context })
      } else await this.#serveHostPart(ctx, path, found?.allowed)
    } catch (error) {
      this.#fail(ctx, error, requestId, endpoint)
    } finally {
      const labels = { plugin: endpoint?.plugin.id ?? 'host', route: endpoint?.label ?? 'other', status: String(ctx.status) }
      this.#seconds?.observe((performance.now() - started) / 1000, labels)
      span?.end({ 'http.response.status_code': ctx.status, 'parley.plugin': labels.plugin, 'parley.request_id': requestId }, ctx.status >= 500)
    }
  }

  #isHostAddress(path: string): boolean {
    return this.#hostParts.some(({ prefix }) => prefix !== '/' && isBelow(path, prefix))
  }

  async #waitForStart(): Promise<void> {
    const late = new AbortController()
    const waited = this.#parts.clock.sleep(longestStart, late.signal).catch(() => undefined)
    await Promise.race([this.#whenMounted, waited])
    late.abort()
    if (this.#mounts === undefined) throw new ParleyError('not_ready', 'Parley is still starting. Try again in a few seconds.')
  }

  async #serveHostPart(ctx: Context, path: string, allowed: readonly string[] | undefined): Promise<void> {
    const parts = this.#hostParts.filter(({ prefix }) => (prefix === '/' ? !isData(path) : isBelow(path, prefix)))
    // a page of the shell may live where an alias has only a POST
    const isPage = parts.length > 0 && (allowed === undefined || (ctx.method === 'GET' && ctx.accepts('html') !== false))
    if (allowed !== undefined && !isPage) {
      ctx.res.setHeader('allow', allowed.join(', '))
      throw new ParleyError('method_not_allowed', `${ctx.method} is not possible here. Use ${allowed.join(' or ')}.`)
    }
    setHeaders(ctx.res, this.#pageHeaders)
    const next = async (index: number): Promise<void> => {
      const part = parts[index]
      if (part === undefined) throw this.#nobody(path)
      await part.middleware(ctx as never, () => next(index + 1))
    }
    await next(0)
    if (ctx.respond !== false && ctx.status === 404 && (ctx.body === undefined || ctx.body === null)) throw this.#nobody(path)
  }

  #nobody(path: string): ParleyError {
    const [, first, second, third] = path.split('/')
    const id = isBelow(path, apiPrefix) ? third : first === 'hooks' ? second : undefined
    const plugin = id === undefined ? undefined : this.#plugins.get(id)
    // the code of such a plugin was never imported, so nobody knows its routes
    if (plugin !== undefined && plugin.state !== 'running' && (plugin.state !== 'disabled' || plugin.decision)) return unavailable(plugin)
    return new ParleyError('not_found', 'There is nothing at this address. /api/v1/openapi.json lists what there is.')
  }

  #fail(ctx: Context, thrown: unknown, requestId: string, endpoint: Endpoint | undefined): void {
    const error = toParleyError(thrown)
    this.#report(ctx, error, requestId, endpoint)
    const { res } = ctx
    if (res.headersSent || res.destroyed) return void res.destroy()
    const problem = toProblem(error, { requestId, plugin: endpoint?.plugin.id, showBugs: this.#parts.strict })
    const retryAfter = error.details?.['retryAfter'] ?? (error.code === 'plugin_unavailable' || error.code === 'not_ready' ? 5 : undefined)
    if (retryAfter !== undefined) res.setHeader('retry-after', String(retryAfter))
    if (error.status === 401) res.setHeader('www-authenticate', 'Bearer')
    setHeaders(res, this.#dataHeaders)
    ctx.status = error.status
    ctx.body = JSON.stringify(problem)
    res.setHeader('content-type', 'application/problem+json; charset=utf-8')
  }

  #report(ctx: Context, error: ParleyError, requestId: string, endpoint: Endpoint | undefined): void {
    const { log } = this.#parts
    const data = {
      requestId,
      plugin: endpoint?.plugin.id ?? 'host',
      route: endpoint?.label ?? ctx.method,
      status: error.status,
      error: error.cause ?? error,
    }
    if (error.family === 'user') log.debug('request refused', data)
    else if (error.family === 'operational') log.warn('request not possible', data)
    else log.error('request failed', data)
  }
}
