import { expect, test } from 'vitest'
import { Readiness } from './readiness.ts'

test('what everything works without is told and keeps no process out of service', async () => {
  const readiness = new Readiness()
  readiness.add({ part: 'reports', needed: 'never', ask: () => 'it is away' }, { part: 'database', needed: 'always', ask: () => undefined })
  readiness.started()
  expect(await readiness.condition()).toEqual({ problems: {}, degraded: { reports: 'it is away' } })
})

test('what worked once and fails now is told, what never worked is a problem', async () => {
  const readiness = new Readiness()
  const problems: Record<string, string | undefined> = { redis: undefined, worker: 'it is away' }
  readiness.add(...Object.keys(problems).map((part) => ({ part, needed: 'first' as const, ask: () => problems[part] })))
  readiness.started()
  expect(await readiness.condition()).toEqual({ problems: { worker: 'it is away' }, degraded: {} })
  problems['redis'] = 'it is gone'
  expect(await readiness.condition()).toEqual({ problems: { worker: 'it is away' }, degraded: { redis: 'it is gone' } })
})
