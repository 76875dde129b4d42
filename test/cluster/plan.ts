import type { Role } from '@parley/plugin-api'

/** One run: which processes, how much load, what is done to them. */
export interface ClusterPlan {
  readonly name: string
  /** Roles of each process; two with the same are each other's relief. */
  readonly processes: readonly (readonly Role[])[]
  /** New messages a second at most, each sent three times. */
  readonly rate: number
  readonly conversations: number
  /** Sockets of the shell that follow conversations. */
  readonly watchers: number
  /** Indexes of processes to kill, and to stop in order, in turn. */
  readonly kills: readonly number[]
  readonly drains: readonly number[]
  readonly seed: number
}

const twice = (roles: readonly (readonly Role[])[]): readonly (readonly Role[])[] => roles.flatMap((each) => [each, each])

const everyRole: readonly (readonly Role[])[] = twice([['web'], ['worker'], ['realtime'], ['connector'], ['scheduler']])

export const fullPlan = (seed: number): ClusterPlan => ({
  name: 'two of each role',
  processes: everyRole,
  rate: 200,
  conversations: 120,
  watchers: 12,
  kills: everyRole.map((_, index) => index),
  drains: everyRole.map((_, index) => index),
  seed,
})

/** Fewer processes and messages, so that it fits into a minute of a small machine that runs other tests. */
export const shortPlan = (seed: number): ClusterPlan => ({
  name: 'two in front, two behind',
  processes: twice([
    ['web', 'realtime'],
    ['worker', 'connector', 'scheduler'],
  ]),
  rate: 40,
  conversations: 60,
  watchers: 6,
  kills: [2],
  drains: [0],
  seed,
})

/** Seconds; what a load balancer that looks five times a second needs, and a slow machine. */
export const drainDelay = 4
export const reconnectWindow = 2
