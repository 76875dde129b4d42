import type { PluginHandle } from '@parley/kernel'
import type { Route, RouteOptions, Schema } from '@parley/plugin-api'

/** A route where it is mounted, with everything decided that does not depend on the request. */
export interface Endpoint {
  readonly plugin: PluginHandle
  readonly route: Route
  readonly options: RouteOptions<Schema | undefined, Schema | undefined, Schema | undefined, Schema | undefined>
  /** Absolute. */
  readonly path: string
  /** `POST /api/v1/clients/:id`, for messages, logs and metrics. */
  readonly label: string
  readonly auth: 'user' | 'service' | 'webhook' | 'public'
  readonly isWrite: boolean
  readonly mustAudit: boolean
  readonly maxBytes: number
  /** Requests a minute of one actor or address. */
  readonly rateLimit: number | undefined
}

const mebibyte = 1024 * 1024
const usualLimit = { user: 600, service: 600, public: 120, webhook: undefined } as const

export const createEndpoint = (plugin: PluginHandle, route: Route, path: string): Endpoint => {
  const { options, method } = route
  const auth = options.auth ?? 'user'
  const isWrite = method !== 'GET'
  return {
    plugin,
    route,
    options,
    path,
    label: `${method} ${path}`,
    auth,
    isWrite,
    mustAudit: isWrite && (auth === 'user' || auth === 'service') && options.unaudited === undefined,
    maxBytes: options.maxBytes ?? mebibyte,
    rateLimit: options.rateLimit ?? usualLimit[auth],
  }
}
