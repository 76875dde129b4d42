import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Declarations, type PluginHandle, type PluginState, runInContext } from '@parley/kernel'
import type { Actor, Credentials, Permission, Route, RouteBuilder } from '@parley/plugin-api'
import { ParleyError, permissionId } from '@parley/plugin-api'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { createAudit } from '../audit/index.ts'
import { systemClock } from '../clock/index.ts'
import { createFiles, type FilesService } from '../files/index.ts'
import { createLogger, createMetrics, type HostMetrics } from '../observability/index.ts'
import { createHttp, type HttpOptions, type HttpService } from './create-http.ts'

const verb =
  (method: Route['method']) =>
  (path: string, options: Route['options'], handle: Route['handle']): Route => ({ kind: 'route', method, path, options, handle })

const builder = { get: verb('GET'), post: verb('POST'), put: verb('PUT'), patch: verb('PATCH'), delete: verb('DELETE') } as RouteBuilder<any>

export interface TestPlugin extends PluginHandle {
  state: PluginState
}

/** A plugin as the http service sees it, without a kernel. */
export const testPlugin = (id: string, routes: (http: RouteBuilder<any>) => readonly Route[] = () => [], cradle: object = {}): TestPlugin => {
  const declared: Partial<Declarations> = { routes: routes(builder) }
  return {
    id,
    version: '1.0.0',
    order: 0,
    state: 'running',
    reason: undefined,
    declarations: declared as Declarations,
    run(context, work) {
      if (this.state !== 'running') throw new ParleyError('plugin_unavailable', `"${id}" does not run.`)
      return runInContext({ ...context, plugin: id }, () => work(cradle))
    },
  }
}

export const actor = (kind: Actor['kind'], id: string, permissions: readonly string[] = []): Actor => ({
  kind,
  id,
  name: id,
  can: (permission: Permission, botId?: string) =>
    permissions.includes(permissionId(permission)) || (botId !== undefined && permissions.includes(`${permissionId(permission)}@${botId}`)),
})

/** Token -> actor; `broken` throws as an authenticator does whose plugin has failed. */
const people: Readonly<Record<string, Actor>> = {
  olena: actor('user', 'olena', ['clients.view', 'clients.edit@b1']),
  intern: actor('user', 'intern'),
  key: actor('service', 'key', ['clients.view']),
  visitor: actor('client', 'visitor'),
}

const authenticate = async ({ token }: Credentials): Promise<Actor | undefined> => {
  if (token === 'broken') throw new ParleyError('plugin_unavailable', '"identity" does not run (failed).')
  return people[token]
}

export interface TestApp extends AsyncDisposable {
  readonly http: HttpService
  readonly database: TestDatabase
  readonly files: FilesService
  readonly metrics: HostMetrics
  readonly folder: string
  readonly log: readonly Record<string, any>[]
  readonly url: string
  readonly port: number
  /** `as`: whose token is sent. */
  fetch(path: string, init?: RequestInit & { as?: string }): Promise<Response>
  post(path: string, body: unknown, init?: RequestInit & { as?: string }): Promise<Response>
}

/** The real service on a free port, with a database and a folder of its own. */
export const createTestApp = async (
  plugins: readonly PluginHandle[],
  options: Partial<HttpOptions> & { started?: boolean } = {},
): Promise<TestApp> => {
  const database = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'parley-http-'))
  const clock = options.clock ?? systemClock()
  const entries: Record<string, any>[] = []
  const log = createLogger({ level: 'debug', destination: { write: (line) => void entries.push(JSON.parse(line) as Record<string, any>) } })
  const files = createFiles({ database, clock, log, folder, keys: [Buffer.alloc(32, 1)] })
  const metrics = createMetrics({ process: false })
  const http = createHttp({ clock, log, database, authenticate, files: files.forPlugin, metrics: metrics.host, strict: true, ...options })
  http.use('/files', files.middleware)
  if (options.started !== false) http.start(plugins)
  const { port } = await http.listen(0, '127.0.0.1')
  const url = `http://127.0.0.1:${port}`

  const send: TestApp['fetch'] = (path, { as, headers, ...init } = {}) =>
    fetch(url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(as === undefined ? {} : { authorization: `Bearer ${as}` }), ...(headers as Record<string, string>) },
    })
  return {
    http,
    database,
    files,
    metrics,
    folder,
    log: entries,
    url,
    port,
    fetch: send,
    post: (path, body, init) =>
      send(path, {
        method: 'POST',
        ...init,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(init?.headers as Record<string, string>) },
      }),
    async [Symbol.asyncDispose]() {
      await http.stop()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** An audit whose entries land in the app's database. */
export const testAudit = (database: TestDatabase, plugin: string) => createAudit({ database, clock: systemClock() }).forPlugin(plugin)
