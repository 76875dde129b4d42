import { timingSafeEqual } from 'node:crypto'
import type { LoadedConfig } from '@parley/kernel'
import { ParleyError, permission, type Role } from '@parley/plugin-api'
import type { HttpService, Licences, Platform } from '@parley/services'
import type { HostConfig } from '../host-config.ts'
import type { Readiness } from '../health/readiness.ts'
import type { FoundPlugin } from '../plugins/installed-plugins.ts'
import { describePlugin, listInstances, listPlugins } from './plugin-pages.ts'
import { isLocal } from './is-local.ts'

type Page = Parameters<HttpService['use']>[1]
type PageContext = Parameters<Page>[0]

/** Lets people read why a plugin does not run. */
export const viewSystem = permission('system', 'view', 'See the state of plugins and metrics')

export interface SystemOptions {
  readonly platform: Pick<Platform, 'http' | 'metrics' | 'authenticate' | 'instances' | 'kernel' | 'health' | 'pluginStates'>
  readonly found: readonly FoundPlugin[]
  readonly config: HostConfig['system']
  /** With the parts of plugins. */
  readonly loaded: LoadedConfig
  readonly roles: readonly Role[]
  readonly readiness: Readiness
  readonly licences: Pick<Licences, 'of'>
}

/** Health for the load balancer, metrics for Prometheus, the state of plugins for people. */
export function mountSystemPages({ platform, found, config, loaded, roles, readiness, licences }: SystemOptions): void {
  const { http, metrics, authenticate, instances, kernel, pluginStates: states } = platform
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
    const [, , page, id, ...rest] = ctx.path.split('/')
    if (rest.length > 0 || (page !== 'plugins' && (page !== 'instances' || id !== undefined))) return next()
    ctx.set('cache-control', 'no-store')
    const open = await trusted(ctx)
    if (page === 'plugins' && id === undefined) {
      const differs = open ? await instances.differences() : new Map()
      ctx.body = listPlugins({ plugins: kernel.plugins(), licences, states, found, withReasons: open, differs })
      return
    }
    if (!open) throw notForYou(ctx)
    ctx.body =
      page === 'instances'
        ? await listInstances(instances)
        : describePlugin({
            ...{ kernel, found, licences, states, id: id!, config: loaded },
            differs: await instances.differences(),
            health: await platform.health(id!),
          })
  })
}

const notForYou = (ctx: PageContext): ParleyError =>
  ctx.get('authorization') === ''
    ? new ParleyError('unauthenticated', 'Details of plugins are for people who may see the system. Sign in, and send the token.')
    : new ParleyError('forbidden', `Details of plugins need the right "${viewSystem.title}".`)

function hasToken(ctx: PageContext, token: string | undefined): boolean {
  if (token === undefined) return false
  const sent = Buffer.from(ctx.get('authorization').replace(/^Bearer /i, ''))
  const expected = Buffer.from(token)
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}
