import { timingSafeEqual } from 'node:crypto'
import type { PluginHandle } from '@parley/kernel'
import { ParleyError, permission, type Actor, type Credentials, type Role } from '@parley/plugin-api'
import type { HttpService, Licences, Platform } from '@parley/services'
import type { HostConfig } from '../host-config.ts'
import type { Readiness } from '../health/readiness.ts'

type Page = Parameters<HttpService['use']>[1]
type PageContext = Parameters<Page>[0]

/** Lets people read why a plugin does not run. */
export const viewSystem = permission('system', 'view', 'See the state of plugins and metrics')

export interface SystemOptions {
  readonly http: HttpService
  readonly config: HostConfig['system']
  readonly roles: readonly Role[]
  readonly readiness: Readiness
  readonly metrics: Platform['metrics']
  readonly plugins: () => readonly PluginHandle[]
  readonly licences: Pick<Licences, 'of'>
  readonly authenticate: (credentials: Credentials) => Promise<Actor | undefined>
}

/** Health for the load balancer, metrics for Prometheus, the state of plugins for people. */
export function mountSystemPages({ http, config, roles, readiness, metrics, plugins, licences, authenticate }: SystemOptions): void {
  const trusted = async (ctx: PageContext): Promise<boolean> => {
    if (config.open || isLocal(ctx) || hasToken(ctx, config.token)) return true
    const [, token] = /^Bearer (\S+)$/i.exec(ctx.get('authorization')) ?? []
    const actor = token === undefined ? undefined : await authenticate({ scheme: 'bearer', token, address: ctx.ip })
    return actor?.can(viewSystem) ?? false
  }

  http.use('/health', async (ctx, next) => {
    ctx.set('cache-control', 'no-store')
    if (ctx.path === '/health/live') ctx.body = { status: 'live' }
    else if (ctx.path === '/health/ready') {
      const { problems, degraded } = await readiness.condition()
      const ready = Object.keys(problems).length === 0
      ctx.status = ready ? 200 : 503
      ctx.body = { status: ready ? 'ready' : 'not ready', ...((await trusted(ctx)) ? { roles, problems, degraded } : {}) }
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
    ctx.body = plugins().map(({ id, version, state, reason }) => {
      const licence = licences.of(id)
      return {
        id,
        version,
        state,
        ...(withReasons && reason !== undefined ? { reason } : {}),
        ...(withReasons && licence !== undefined ? { licence } : {}),
      }
    })
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
