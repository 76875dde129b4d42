import type { IncomingMessage } from 'node:http'
import type { HttpService } from '@parley/services'

type PageContext = Parameters<Parameters<HttpService['use']>[1]>[0]

/** A request of this very machine that no proxy passed on. */
export const isLocalRequest = ({ socket, headers }: IncomingMessage): boolean =>
  ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(socket.remoteAddress ?? '') &&
  headers['x-forwarded-for'] === undefined &&
  headers['forwarded'] === undefined

export const isLocal = (ctx: PageContext): boolean => isLocalRequest(ctx.req)
