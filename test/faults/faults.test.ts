import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { shortPlan } from './plan.ts'
import { runFaults } from './run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('three processes on one queue', () => {
  beforeAll(async () => {
    // the processes run what is built
    await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: root })
  }, 300_000)

  it('lose, double and confuse nothing while they are killed, Redis is flushed and PostgreSQL restarts', async () => {
    const result = await runFaults(root, shortPlan('bull', 3, 7), () => undefined)
    expect(result.violations).toEqual([])
    expect(result.faults).toHaveLength(5)
    expect(result.replies).toBe(result.messages)
  }, 240_000)
})
