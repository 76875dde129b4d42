import { createHash } from 'node:crypto'
import { createTestHost, type TestHost } from '@parley/test-kit'
import { definePlugin } from '@parley/plugin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pluginEntries, writeTarball } from '../../test/plugin-tarball.ts'
import { pluginsCommand } from '../../test/plugins-at-the-command-line.ts'
import { TemporaryInstallation } from '../../test/temporary-installation.ts'
import { readInstallation } from '../installation.ts'
import { readPluginLock } from '../plugins/plugin-lock.ts'
import { mountUi } from './ui-pages.ts'

let host: TestHost
let place: TemporaryInstallation
let folder: string

const sha384 = (text: string): string => `sha384-${createHash('sha384').update(text).digest('base64')}`
const manifestOf = (files: Readonly<Record<string, string>>): string =>
  JSON.stringify({ format: 1, entry: 'entry.js', integrity: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, sha384(text)])) })
const files = { 'entry.js': 'export default 1', 'chunk.js': 'export const a = 1', 'later.js': 'export const b = 1' }

beforeAll(async () => {
  place = new TemporaryInstallation()
  const tarball = writeTarball(place.root, 'toy.tgz', [
    ...pluginEntries('toy', { manifest: { ui: './ui/ui-manifest.json' } }),
    { path: 'package/ui/ui-manifest.json', content: manifestOf(files) },
    ...Object.entries(files).map(([name, content]) => ({ path: `package/ui/${name}`, content })),
  ])
  await pluginsCommand(place, ['add', tarball, '--yes'])
  folder = readPluginLock(place.root).entries['toy']!.path!
  const { found } = await readInstallation(place.root, {})
  host = await createTestHost({ plugins: [definePlugin({ id: 'toy' })] })
  mountUi({
    http: host.platform.http,
    shellDirectory: `${place.root}/shell`,
    found,
    plugins: () => host.kernel.plugins(),
    uiConfig: () => ({}),
    showReasons: true,
  })
})
afterAll(async () => {
  await host.stop()
  place[Symbol.dispose]()
})

const get = (file: string) => host.http.get(`/ui/plugins/toy/1.0.0/${file}`)

test('files of an approved plugin are served as they were approved, and refused when they were changed on the disk', async () => {
  expect((await get('entry.js')).text).toBe(files['entry.js'])
  place.write(`${folder}/ui/chunk.js`, 'globalThis.stolen = true')
  const { status, body } = await get('chunk.js')
  expect([status, body.code, body.detail]).toEqual([
    503,
    'plugin_unavailable',
    'The file chunk.js was changed after its plugin was approved, and is not served.',
  ])
  expect((await get('later.js')).text).toBe(files['later.js'])
})

test('hashes that were changed along with the files help nobody', async () => {
  const changed = { ...files, 'entry.js': 'globalThis.stolen = true' }
  place.write(`${folder}/ui/entry.js`, changed['entry.js'])
  place.write(`${folder}/ui/ui-manifest.json`, manifestOf(changed))
  const { body } = await host.http.get('/ui/plugins')
  expect((body as { id: string }[]).find(({ id }) => id === 'toy')).toMatchObject({
    state: 'failed',
    reason: 'its UI was changed after it was approved. Put its files back, or approve it again.',
  })
  expect((await get('entry.js')).status).toBe(404)
})
