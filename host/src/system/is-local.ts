import type { HttpService } from '@parley/services'

type PageContext = Parameters<Parameters<HttpService['use']>[1]>[0]

/** A request of this very machine that no proxy passed on. */
export const isLocal = (ctx: PageContext): boolean =>
  ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(ctx.req.socket.remoteAddress ?? '') &&
  ctx.get('x-forwarded-for') === '' &&
  ctx.get('forwarded') === ''
