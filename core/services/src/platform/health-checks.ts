import type { Role } from '@parley/plugin-api'
import type { ClaimsService } from '../claims/index.ts'
import type { Connectors } from '../connectors/index.ts'
import type { Database } from '../database/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Runners } from '../runner/index.ts'

/** One thing a process needs for its roles. */
export interface HealthCheck {
  readonly part: string
  /**
   * `always`: without it this process should get no traffic. `first`: it must have worked once; when all processes lose it together, as they do Redis,
   * no load balancer can help, and what still works must stay reachable. `never`: everything works without it, and people should know.
   */
  readonly needed: 'always' | 'first' | 'never'
  /** What is wrong, as a sentence. */
  ask(): Promise<string | undefined> | string | undefined
}

export interface CheckedParts {
  readonly database: Database
  readonly jobs: Jobs
  readonly connectors: Connectors
  readonly claims: ClaimsService
  readonly runners: Pick<Runners, 'problem'>
}

export const healthChecksOf = (roles: readonly Role[], { database, jobs, connectors, claims, runners }: CheckedParts): HealthCheck[] => {
  const checks: HealthCheck[] = [
    { part: 'database', needed: 'always', ask: async () => void (await database.host.query('SELECT 1')) },
    { part: 'reports', needed: 'never', ask: () => database.reports.problem() },
    { part: 'redis', needed: 'first', ask: () => jobs.queueProblem() },
    { part: 'processes', needed: 'first', ask: () => claims.problem() },
  ]
  if (roles.includes('worker')) checks.push({ part: 'worker', needed: 'first', ask: () => jobs.workerProblem() })
  if (roles.includes('scheduler')) checks.push({ part: 'scheduler', needed: 'always', ask: () => jobs.schedulerProblem() })
  if (roles.includes('connector')) checks.push({ part: 'connector', needed: 'always', ask: () => connectors.problem() })
  // where plugins run code of users; an installation without such code can do without
  if (roles.includes('web') || roles.includes('worker')) checks.push({ part: 'runner', needed: 'never', ask: () => runners.problem() })
  return checks
}
