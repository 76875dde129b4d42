import type { Call, Output, Route, RouteOptions, Schema } from '@parley/plugin-api'

type MaybeSchema = Schema<any> | undefined
type Params<P extends MaybeSchema> = P extends Schema<infer Out> ? Out : Record<string, string>

/** A route of the host itself, with a plugin route's options; the path is relative to `/api/v1`. It has no cradle: it closes over what it needs. */
export const hostRoute = <
  B extends MaybeSchema = undefined,
  Q extends MaybeSchema = undefined,
  P extends MaybeSchema = undefined,
  R extends MaybeSchema = undefined,
>(
  method: Route['method'],
  path: string,
  options: RouteOptions<B, Q, P, R>,
  handle: (call: Call<Output<B>, Output<Q>, Params<P>>) => Promise<unknown>,
): Route => ({ kind: 'route', method, path, options, handle: (call) => handle(call) })
