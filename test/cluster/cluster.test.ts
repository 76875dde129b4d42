import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { shortPlan } from './plan.ts'
import { runCluster } from './run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('a small cluster under load', () => {
  beforeAll(async () => {
    // the processes run what is built
    await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: root })
  }, 300_000)

  it('loses nothing while a worker is killed, a process is drained and all are upgraded, and then no request fails', async () => {
    const result = await runCluster(root, shortPlan(7), () => undefined)
    expect(result.violations).toEqual([])
    expect(result.failedInOrder).toBe(0)
    expect(result.replies).toBe(result.messages)
    expect(result.sockets.askedToLeave).toBeGreaterThan(0)
  }, 300_000)
})
