import { timingSafeEqual } from 'node:crypto'
import type { PluginHandle } from '@parley/kernel'
import { ParleyError, type Actor } from '@parley/plugin-api'
import type { HostMetrics, HttpService } from '@parley/services'
import type { HostConfig } from '../host-config.ts'
import type { Readiness } from '../health/readiness.ts'

type Page = Parameters<HttpService['use']>[1]
type PageContext = Parameters<Page>[0]

export interface SystemOptions {
  readonly http: HttpService
  readonly config: HostConfig['system']
  readonly readiness: Readiness
  readonly metrics: HostMetrics
  readonly plugins: () => readonly PluginHandle[]
  /** Who sends the request, by its `Authorization` header. */
  readonly actorOf: (authorization: string | undefined, address: string) => Promise<Actor | undefined>
}

/** Health for the load balancer, metrics for Prometheus, the state of plugins for people. */
export function mountSystemPages({ http, config, readiness, metrics, plugins, actorOf }: SystemOptions): void {
  const trusted = async (ctx: PageContext): Promise<boolean> => {
    if (config.open || isLocal(ctx) || hasToken(ctx, config.token)) return true
    const actor = await actorOf(ctx.get('authorization') || undefined, ctx.ip)
    return actor?.roles?.some((role) => role === 'root' || role === 'administrator') ?? false
  }

  http.use('/health', async (ctx, next) => {
    ctx.set('cache-control', 'no-store')
    if (ctx.path === '/health/live') ctx.body = { status: 'live' }
    else if (ctx.path === '/health/ready') {
      const problems = await readiness.problems()
      const ready = Object.keys(problems).length === 0
      ctx.status = ready ? 200 : 503
      ctx.body = ready ? { status: 'ready' } : { status: 'not ready', ...((await trusted(ctx)) ? { problems } : {}) }
    } else await next()
  })

  http.use('/metrics', async (ctx, next) => {
    if (ctx.path !== '/metrics') return next()
    if (!(await trusted(ctx)))
      throw new ParleyError('unauthenticated', 'Metrics are for this machine. Set system.token and send it as "Authorization: Bearer …".')
    ctx.set('content-type', metrics.contentType)
    ctx.set('cache-control', 'no-store')
    ctx.body = await metrics.text()
  })

  http.use('/system', async (ctx, next) => {
    if (ctx.path !== '/system/plugins') return next()
    const withReasons = await trusted(ctx)
    ctx.set('cache-control', 'no-store')
    ctx.body = plugins().map(({ id, version, state, reason }) => ({ id, version, state, ...(withReasons && reason !== undefined ? { reason } : {}) }))
  })
}

/** A request of this very machine that no proxy passed on. */
const isLocal = (ctx: PageContext): boolean =>
  ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(ctx.req.socket.remoteAddress ?? '') &&
  ctx.get('x-forwarded-for') === '' &&
  ctx.get('forwarded') === ''

function hasToken(ctx: PageContext, token: string | undefined): boolean {
  if (token === undefined) return false
  const sent = Buffer.from(ctx.get('authorization').replace(/^Bearer /i, ''))
  const expected = Buffer.from(token)
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}
