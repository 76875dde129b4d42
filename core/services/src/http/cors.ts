import type { Context } from 'koa'

const methods = 'GET, POST, PUT, PATCH, DELETE'
const shown = 'x-request-id, retry-after, idempotency-replayed'

/**
 * Lets scripts of the listed origins call the API with a token. Never with cookies: the refresh cookie stays on its own site.
 * Answers true when the request was a preflight and is done.
 */
export const createCors = (allowedOrigins: readonly string[]): ((ctx: Context) => boolean) => {
  const allowed = new Set(allowedOrigins.map((origin) => new URL(origin).origin))
  if (allowed.size === 0) return () => false
  return (ctx) => {
    const { origin } = ctx.req.headers
    ctx.res.appendHeader('vary', 'Origin')
    if (origin === undefined || !allowed.has(origin)) return false
    ctx.res.setHeader('access-control-allow-origin', origin)
    ctx.res.setHeader('access-control-expose-headers', shown)
    if (ctx.method !== 'OPTIONS' || ctx.req.headers['access-control-request-method'] === undefined) return false
    ctx.res.setHeader('access-control-allow-methods', methods)
    ctx.res.setHeader('access-control-allow-headers', ctx.req.headers['access-control-request-headers'] ?? '')
    ctx.res.setHeader('access-control-max-age', '600')
    ctx.status = 204
    return true
  }
}
