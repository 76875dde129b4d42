import { copyFile, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildServerPlugin } from '@parley/plugin-tools'
import { afterAll, beforeAll, expect, test } from 'vitest'

const plugin = fileURLToPath(new URL('..', import.meta.url))
let folder: string

// Beside the real folder, whose built files a running host may be serving.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-widget-'))
  await copyFile(join(plugin, 'package.json'), join(folder, 'package.json'))
  await symlink(join(plugin, 'src'), join(folder, 'src'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

test('the script of a site is below 60 kB gzip, and one file', async () => {
  await buildServerPlugin(folder)
  const script = await readFile(join(folder, 'dist/browser/kw.js'))
  const compressed = gzipSync(script).length
  expect(compressed).toBeGreaterThan(10_000)
  expect(compressed).toBeLessThan(60_000)
  expect(script.toString()).not.toMatch(/\bimport\s*\(|\brequire\s*\(/)
})
