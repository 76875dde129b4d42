import type { Logger } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { onUse } from '../on-use.ts'
import { RedisConnections } from '../redis/index.ts'
import type { Endpoint } from './endpoint.ts'

export interface RateLimits {
  /** Throws `rate_limited` when `caller` has called the endpoint too often in the last minute. */
  take(endpoint: Endpoint, caller: string): Promise<void>
  /** Waits for Redis to answer once, or to fail once. */
  ready(): Promise<void>
  close(): Promise<void>
}

export interface RateLimitsOptions {
  readonly redisUrl?: string | undefined
  readonly redisPrefix?: string | undefined
  readonly log: Logger
}

const seconds = 60
const flexible = onUse<typeof import('rate-limiter-flexible')>('rate-limiter-flexible')

/** Counted in this process, or with Redis for all processes together; when Redis is away, in this process. */
export const createRateLimits = ({ redisUrl, redisPrefix = 'parley', log }: RateLimitsOptions): RateLimits => {
  const connections = redisUrl === undefined ? undefined : new RedisConnections({ url: redisUrl, log })
  const redis = connections?.connect('impatient', { enableOfflineQueue: false })
  const answered = new Promise<void>((resolve) => (redis === undefined ? resolve() : redis.once('ready', resolve).once('error', () => resolve())))
  const limiters = new Map<Endpoint, RateLimiterAbstract>()

  const limiterOf = (endpoint: Endpoint, points: number): RateLimiterAbstract => {
    const known = limiters.get(endpoint)
    if (known !== undefined) return known
    const own = new (flexible().RateLimiterMemory)({ points, duration: seconds, keyPrefix: '' })
    const limiter =
      redis === undefined
        ? own
        : new (flexible().RateLimiterRedis)({
            storeClient: redis,
            points,
            duration: seconds,
            keyPrefix: `${redisPrefix}:rate:${endpoint.label}`,
            // whoever is over the limit costs no command until the minute is over
            inMemoryBlockOnConsumed: points + 1,
            inMemoryBlockDuration: seconds,
            insuranceLimiter: own,
          })
    limiters.set(endpoint, limiter)
    return limiter
  }

  return {
    async take(endpoint, caller) {
      if (endpoint.rateLimit === undefined) return
      try {
        await limiterOf(endpoint, endpoint.rateLimit).consume(caller)
      } catch (refusal) {
        if (!(refusal instanceof flexible().RateLimiterRes)) throw refusal
        const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
        throw new ParleyError('rate_limited', `More than ${endpoint.rateLimit} calls a minute. Wait ${retryAfter} seconds.`, {
          details: { retryAfter },
        })
      }
    },
    ready: () => answered,
    async close() {
      connections?.close()
    },
  }
}
