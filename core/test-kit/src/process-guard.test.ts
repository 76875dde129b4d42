import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildProgram, startProgram } from './child-program.ts'

const lives = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a server does not outlive a run of tests that is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-guard-'))
  const program = await buildProgram(new URL('process-guard.program.ts', import.meta.url))
  const { child, ready } = await startProgram<{ pid: number }>(program, { folder })
  expect(lives(ready.pid)).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => lives(ready.pid) || existsSync(folder), { timeout: 10_000 }).toBe(false)
})
