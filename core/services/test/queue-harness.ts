import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import type { Clock, Job, JobOptions, Queue, Role } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { z } from 'zod'
import { createJobs, type Jobs, type JobsOptions, type JobStatistics, type Workers } from '../src/jobs/index.ts'
import { testPlugin, type TestPlugin } from './test-plugin.ts'
import { until } from './until.ts'

export interface QueueFixture {
  readonly adapter: JobsOptions['adapter']
  readonly clock: Clock
  /** Lets a little of the clock's time pass. */
  step(): Promise<unknown>
}

export interface StartedQueue {
  readonly jobs: Jobs
  readonly queue: Queue
  readonly plugin: TestPlugin
}

export const numbered = z.object({ n: z.number() })

export const job = <P extends object>(
  name: string,
  options: JobOptions<P, any>,
  handle: (payload: P, cradle: any, signal: AbortSignal) => Promise<void>,
): Job => ({ kind: 'job', name, options, handle })

/** A promise to be resolved from outside. */
export const gate = (): { readonly opened: Promise<void>; open(): void } => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open: () => open() }
}

/** Queues of one plugin for the tests of one `describe`, stopped after each test. */
export class QueueHarness {
  readonly logged: { level: string; message: string; data: Record<string, unknown> }[] = []
  readonly #fixture: () => QueueFixture
  readonly #started: Jobs[] = []
  #database: TestDatabase | undefined
  #current: QueueFixture | undefined

  constructor(fixture: () => QueueFixture) {
    this.#fixture = fixture
    beforeAll(async () => {
      this.#database = await createTestDatabase()
    })
    afterAll(async () => {
      await this.#database?.close()
    })
    afterEach(async () => {
      await Promise.all(this.#started.splice(0).map((jobs) => jobs.stop()))
      this.#current = undefined
      this.logged.length = 0
    })
  }

  get database(): TestDatabase {
    return this.#database as TestDatabase
  }

  get clock(): Clock {
    return this.#now.clock
  }

  /** One process; a second one in the same test shares the clock and Redis of the first. */
  async start(jobs: readonly Job[], roles: readonly Role[] = ['worker'], workers?: Workers): Promise<StartedQueue> {
    const { adapter, clock } = this.#now
    const log = { debug: this.#note('debug'), info: this.#note('info'), warn: this.#note('warn'), error: this.#note('error') }
    const service = createJobs({ adapter, database: this.database, clock, log, retryPause: (attempt) => attempt * 20, workers })
    this.#started.push(service)
    const plugin = testPlugin('toy', { jobs })
    await service.start([plugin], roles)
    return { jobs: service, queue: service.forPlugin('toy'), plugin }
  }

  step(): Promise<unknown> {
    return this.#now.step()
  }

  eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    return until(what, holds, () => this.step())
  }

  async counters({ jobs }: { jobs: Jobs }): Promise<JobStatistics | undefined> {
    return (await jobs.statistics())[0]
  }

  get #now(): QueueFixture {
    this.#current ??= this.#fixture()
    return this.#current
  }

  #note(level: string) {
    return (message: string, data: object = {}): void => void this.logged.push({ level, message, data: data as Record<string, unknown> })
  }
}
