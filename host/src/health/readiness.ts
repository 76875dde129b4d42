import type { HealthCheck } from '@parley/services'

export type Problems = Readonly<Record<string, string>>

export interface Condition {
  /** Why this process should get no traffic; empty when it should. */
  readonly problems: Problems
  /** What does not work and would not work in another process either, or can be done without. */
  readonly degraded: Problems
}

/** Whether this process should get traffic, and why not. */
export class Readiness {
  readonly #checks: HealthCheck[] = []
  readonly #worked = new Set<HealthCheck>()
  #state: 'starting' | 'ready' | 'stopping' = 'starting'

  add(...checks: readonly HealthCheck[]): void {
    this.#checks.push(...checks)
  }

  started(): void {
    if (this.#state === 'starting') this.#state = 'ready'
  }

  stopping(): void {
    this.#state = 'stopping'
  }

  async condition(): Promise<Condition> {
    if (this.#state !== 'ready') return { problems: { process: `it is ${this.#state}` }, degraded: {} }
    const problems: Record<string, string> = {}
    const degraded: Record<string, string> = {}
    await Promise.all(
      this.#checks.map(async (check) => {
        const problem = await answer(check)
        if (problem === undefined) this.#worked.add(check)
        else if (check.needed === 'never' || (check.needed === 'first' && this.#worked.has(check))) degraded[check.part] = problem
        else problems[check.part] = problem
      }),
    )
    return { problems, degraded }
  }
}

async function answer(check: HealthCheck): Promise<string | undefined> {
  try {
    return await check.ask()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
