/** Where Redis is: one server, a master that Sentinels know by its name, or a cluster. */
export type RedisAddress =
  | { readonly kind: 'one'; readonly url: string }
  | (Several & { readonly kind: 'sentinel'; readonly name: string; readonly database: number })
  | (Several & { readonly kind: 'cluster' })

interface Several {
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly secure: boolean
  readonly username?: string
  readonly password?: string
  /** Of the Sentinels themselves. */
  readonly sentinelPassword?: string
}

const several = /^redis(s?)\+(sentinel|cluster):\/\/(?:([^@/?]*)@)?([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/
const sentinelPort = 26_379
const redisPort = 6_379

/**
 * `redis://…` and `rediss://…` as everywhere; `redis+sentinel://user:password@one:26379,two:26379/master/0?sentinelPassword=…`;
 * `redis+cluster://user:password@one:6379,two:6379`. Undefined for anything else.
 */
export const redisAddress = (url: string): RedisAddress | undefined => {
  if (/^rediss?:\/\//.test(url)) return { kind: 'one', url }
  const [, tls, kind, credentials, hosts, path = '', query] = several.exec(url) ?? []
  if (hosts === undefined || (kind !== 'sentinel' && kind !== 'cluster')) return undefined
  const nodes = hosts.split(',').map((host) => nodeOf(host, kind === 'sentinel' ? sentinelPort : redisPort))
  if (!nodes.every((node) => node !== undefined)) return undefined
  const sentinelPassword = new URLSearchParams(query).get('sentinelPassword')
  const common: Several = { nodes, secure: tls === 's', ...credentialsOf(credentials), ...(sentinelPassword === null ? {} : { sentinelPassword }) }
  if (kind === 'cluster') return path === '' ? { kind, ...common } : undefined
  const [name = '', database = '0', ...rest] = path.split('/')
  if (name === '' || !/^\d+$/.test(database) || rest.length > 0) return undefined
  return { kind, ...common, name: decodeURIComponent(name), database: Number(database) }
}

const nodeOf = (text: string, otherwise: number): { host: string; port: number } | undefined => {
  const [, host, port] = /^(\[[0-9a-f:]+\]|[^:[\]\s]+)(?::(\d+))?$/i.exec(text) ?? []
  return host === undefined ? undefined : { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? otherwise : Number(port) }
}

const credentialsOf = (text = ''): { username?: string; password?: string } => {
  const [username = '', ...password] = text.split(':')
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password.length === 0 ? {} : { password: decodeURIComponent(password.join(':')) }),
  }
}
