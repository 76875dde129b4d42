import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'parley-memory-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** Where temporary files are in a process that keeps them in `memory`, and in its child, which leaves one. */
const temporary = (memory: string, environment: Record<string, string> = {}): string[] => {
  const child = `console.log(os.tmpdir()); fs.writeFileSync(os.tmpdir() + '/left', '')`
  const program = `import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { keepTemporaryFilesInMemory } from './scripts/lib/memory-folder.mjs'
keepTemporaryFilesInMemory({ memory: process.argv[1], room: 1 })
console.log(tmpdir())
spawnSync(process.execPath, ['--eval', ${JSON.stringify(child)}], { stdio: 'inherit' })`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program, memory], { encoding: 'utf8', env: environment })
  return stdout.trim().split('\n')
}

describe('temporary files', () => {
  test('are kept in memory, and thrown away at the end', () => {
    const [own, child] = temporary(folder)
    expect(dirname(own!)).toBe(folder)
    expect(child).toBe(own)
    expect(existsSync(own!)).toBe(false)
  })

  test('stay where TMPDIR has them', () => expect(temporary('/dev/shm', { TMPDIR: folder })).toEqual([folder, folder]))

  test('stay where they are when there is no such memory', () => {
    const [own, child] = temporary(join(folder, 'none'))
    rmSync(join(own!, 'left'))
    expect(child).toBe(own)
    expect(own).not.toContain('parley')
  })
})
