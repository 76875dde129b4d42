import type { Role } from '@parley/plugin-api'
import type { HostConfig } from './host-config.ts'

/** Milliseconds. */
export interface DrainTimes {
  /** From "not ready" until nothing more is accepted. */
  readonly delay: number
  /** Over which sockets are sent to other processes. */
  readonly window: number
  /** Then everything that is not done is left to others. */
  readonly timeout: number
}

/** With Redis there are other processes and something in front that chooses among them; a single process has nobody to wait for. */
const others = 5

export const drainTimesOf = ({ host, redis }: HostConfig, roles: readonly Role[]): DrainTimes => {
  const usual = redis.url === undefined ? 0 : others
  const reached = roles.includes('web') || roles.includes('realtime')
  return {
    delay: reached ? (host.drainDelay ?? usual) * 1000 : 0,
    window: (host.reconnectWindow ?? usual) * 1000,
    timeout: host.drainTimeout * 1000,
  }
}
