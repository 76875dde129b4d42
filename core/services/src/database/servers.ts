import { ParleyError } from '@parley/plugin-api'
import pg from 'pg'
import { translateError } from './database-errors.ts'

const parts = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/i

/** The address of each server of `postgres://user@one:5432,two:5432/name`, as libpq writes several. */
export const serverUrls = (url: string): readonly string[] => {
  const [, before, hosts, after] = parts.exec(url) ?? []
  return hosts === undefined ? [url] : hosts.split(',').map((host) => `${before}${host}${after}`)
}

/** Host and port of the first one, without what is secret. */
export const hostOf = (url: string): string => parts.exec(url)?.[2]?.split(',')[0] || 'localhost'

/** Servers of which one takes writes; which one is found out by connecting. */
export class Servers {
  readonly #urls: readonly string[]
  #index = 0

  constructor(url: string) {
    this.#urls = serverUrls(url)
  }

  get count(): number {
    return this.#urls.length
  }

  /** Where the last connection was made, or the next one after that failed. */
  get current(): string {
    return this.#urls[this.#index]!
  }

  /** What failed is not tried again before the others were; many may find out at once. */
  leave(url: string): void {
    if (url === this.current) this.#index = (this.#index + 1) % this.#urls.length
  }

  /** What a pool calls `Client`: each new connection goes to the current server. */
  client(options: pg.ClientConfig): NonNullable<pg.PoolConfig['Client']> {
    const connectTo = (): string => this.current
    // as a function, because what a constructor answers is taken instead of what it made
    return function (config: pg.ClientConfig) {
      return watched(new pg.Client({ ...config, ...options, connectionString: connectTo() }))
    } as unknown as NonNullable<pg.PoolConfig['Client']>
  }
}

const standby = Symbol('standby')
type Watched = pg.Client & { [standby]?: boolean; readonly connection: NodeJS.EventEmitter }

/** PostgreSQL says of itself whether it is a standby, when a connection is made and when that changes; no question is needed. */
const watched = (client: pg.Client): pg.Client => {
  const { connection } = client as Watched
  connection.on('parameterStatus', ({ parameterName, parameterValue }: { parameterName: string; parameterValue: string }) => {
    if (parameterName === 'in_hot_standby') (client as Watched)[standby] = parameterValue === 'on'
  })
  return client
}

/** Refuses a connection to a server that takes no writes. */
export const refuseStandby = (client: pg.ClientBase): void => {
  if ((client as Watched)[standby] !== true) return
  throw new ParleyError(
    'database_unavailable',
    'This PostgreSQL is a standby and takes no writes. Name all servers in DATABASE_URL, as host:port,host:port; the one that takes writes is found.',
  )
}

/** A connection of its own, outside the pool, to the server that takes writes. */
export const connectToPrimary = async (url: string, options: pg.ClientConfig): Promise<pg.Client> => {
  let problem: unknown
  for (const connectionString of serverUrls(url)) {
    const client = watched(new pg.Client({ ...options, connectionString }))
    client.on('error', () => undefined)
    try {
      await client.connect()
      refuseStandby(client)
      return client
    } catch (error) {
      problem = error
      await client.end().catch(() => undefined)
    }
  }
  throw translateError(problem)
}
