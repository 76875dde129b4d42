import { asFunction } from 'awilix'
import { definePlugin, eventType, type Plugin } from '@parley/plugin-api'
import { createTestHost, until, type TestHost, type TestHostOptions } from '@parley/test-kit'
import { expect } from 'vitest'
import { z } from 'zod'

export const happened = eventType('good.happened@1', z.object({ n: z.number() }))
const number = z.object({ n: z.number() })

/** A plugin that does a little of everything and does it well; what it did is in `done`. */
export function goodPlugin(done: string[]): Plugin {
  return definePlugin({
    id: 'good',
    migrations: { '20261121T0900_numbers': { up: (db) => db.raw('CREATE TABLE numbers (n int)') as unknown as Promise<void> } },
    services: { counter: asFunction(() => ({ next: () => 1 })).singleton() },
    routes: (http) => [
      http.get('/', { auth: 'public' }, async (_, { db }) => ({ rows: await db.query('SELECT 1 AS one') })),
      http.get('/work', { auth: 'public' }, async (_, { db, queue, events }) => {
        await db.transaction(async (transaction) => {
          await transaction.query('INSERT INTO {numbers} (n) VALUES (1)')
          await queue.add('job', { n: 1 }, { within: transaction })
          await events.publish(happened, { n: 1 }, { within: transaction })
        })
        return {}
      }),
    ],
    jobs: (job) => [job('job', { payload: number }, async () => void done.push('job'))],
    on: (on) => [on(happened, async () => void done.push('event'))],
  })
}

export interface Street extends AsyncDisposable {
  readonly host: TestHost<any>
  readonly done: string[]
  /** Fails unless the good plugin answers, does its jobs and hears its events. */
  stillServes(): Promise<void>
}

/** A host in which a good plugin lives beside others. Real time: what hangs, hangs. */
export async function street(bad: readonly Plugin[], more: Partial<TestHostOptions> = {}): Promise<Street> {
  const done: string[] = []
  const host = await createTestHost({ plugins: [goodPlugin(done), ...bad], mayFail: true, startTimeout: 500, ...more, time: 'real' })
  return {
    host,
    done,
    async stillServes() {
      const before = done.length
      for (let time = 0; time < 3; time++) expect((await host.http.get('/api/v1/good')).body).toEqual({ rows: [{ one: 1 }] })
      expect((await host.http.get('/api/v1/good/work')).status).toBe(200)
      await until(() => new Set(done.slice(before)).size === 2, { within: 30_000 })
    },
    [Symbol.asyncDispose]: () => host.stop(),
  }
}

export const stateOf = (host: TestHost<any>, id = 'bad'): string | undefined => host.kernel.plugins().find((plugin) => plugin.id === id)?.state
