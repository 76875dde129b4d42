import { ParleyError } from '@parley/plugin-api'
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { onUse } from '../on-use.ts'
import { redisAddress } from './redis-address.ts'

/** A connection to one server, or to the nodes of a cluster. */
export type RedisClient = Redis | Cluster

/**
 * `patient`: commands wait for a lost connection to come back, for work that must be finished.
 * `impatient`: commands fail at once without a connection, for callers who must not wait for Redis.
 */
export type RedisManner = 'patient' | 'impatient'

const ioredis = onUse<typeof import('ioredis')>('ioredis')

const reconnectAfter = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000)

const manners: Record<RedisManner, RedisOptions> = {
  patient: { maxRetriesPerRequest: null },
  // the time-out is for a peer that vanished without a word; commands of this manner never block on purpose
  impatient: { maxRetriesPerRequest: 0, socketTimeout: 10_000 },
}

/** While another node takes over, commands of a cluster are sent again so often. */
const redirections: Record<RedisManner, number> = { patient: Infinity, impatient: 3 }
const whileItMoves = 100
const connectTimeout = 3_000

/** After a fail-over a connection may still be to the server that was the master: connect again, and send the command again. */
const reconnectOnError = (error: Error): 2 | false => (error.message.startsWith('READONLY') ? 2 : false)

export const openRedis = (url: string, manner: RedisManner, more: { readonly enableOfflineQueue?: boolean } = {}): RedisClient => {
  const address = redisAddress(url)
  if (address === undefined) throw new ParleyError('invalid_config', `"${url}" is no address of Redis. Correct REDIS_URL.`)
  const options: RedisOptions = { ...manners[manner], enableReadyCheck: false, reconnectOnError, ...more }
  if (address.kind === 'one') return new (ioredis().Redis)(address.url, { ...options, retryStrategy: reconnectAfter })
  const { nodes, secure, username, password, sentinelPassword } = address
  const account: RedisOptions = {
    connectTimeout,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(secure ? { tls: {} } : {}),
  }
  if (address.kind === 'cluster') {
    return new (ioredis().Cluster)([...nodes], {
      redisOptions: { ...options, ...account },
      ...more,
      clusterRetryStrategy: reconnectAfter,
      maxRedirections: redirections[manner],
      retryDelayOnFailover: whileItMoves,
      retryDelayOnClusterDown: whileItMoves,
    })
  }
  return new (ioredis().Redis)({
    ...options,
    ...account,
    sentinels: [...nodes],
    name: address.name,
    db: address.database,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    enableTLSForSentinelMode: secure,
    retryStrategy: reconnectAfter,
    sentinelRetryStrategy: reconnectAfter,
  })
}
