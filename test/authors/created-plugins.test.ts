import { afterAll, beforeAll, expect, test } from 'vitest'
import { Outside } from './outside.ts'

let outside: Outside
beforeAll(async () => {
  outside = await Outside.open()
}, 600_000)
afterAll(() => outside?.[Symbol.dispose]())

test.each(['channel', 'feature', 'scenario-node'])(
  'a new %s, outside the workspace, compiles, passes its check and its tests, and packs',
  async (kind) => {
    const folder = await outside.create(kind)
    expect(await outside.parleyPlugin(folder, 'check')).toBe('Nothing is wrong.\n')
    await outside.script(folder, 'typecheck')
    expect(await outside.script(folder, 'test')).toMatch(/Tests +\d+ passed \(\d+\)/)
    const packed = JSON.parse(await outside.parleyPlugin(folder, 'pack', '--json')) as { files: string[]; integrity: string }
    expect(packed.integrity).toMatch(/^sha512-/)
    expect(packed.files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/server/plugin.js', 'package.json']))
    expect(packed.files.some((file) => file.includes('test') || file.startsWith('src'))).toBe(false)
  },
  600_000,
)
