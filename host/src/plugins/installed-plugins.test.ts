import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TemporaryInstallation } from '../../test/temporary-installation.ts'
import { directoryIntegrity } from './file-hashes.ts'
import { findPlugins } from './installed-plugins.ts'
import { readPluginLock, writeLockEntry } from './plugin-lock.ts'

const find = (root: string, plugins: object = {}) => findPlugins(root, { plugins } as never, readPluginLock(root))

test('an approved folder is a plugin', async () => {
  using place = new TemporaryInstallation()
  const path = place.plugin('toy')
  writeLockEntry(place.root, 'toy', { path, version: '1.0.0', integrity: await directoryIntegrity(path) })
  const { plugins, problems } = await find(place.root)
  expect(problems).toEqual([])
  expect(plugins).toMatchObject([{ id: 'toy', version: '1.0.0', directory: path, manifest: { kind: 'feature' } }])
  expect(plugins[0]?.withheld).toBeUndefined()
  expect(await plugins[0]!.load()).toMatchObject({ default: { apiVersion: 1, spec: { id: 'toy' } } })
})

test('a folder whose files changed is refused, and its code is not imported', async () => {
  using place = new TemporaryInstallation()
  const path = place.plugin('toy')
  writeLockEntry(place.root, 'toy', { path, version: '1.0.0', integrity: await directoryIntegrity(path) })
  place.write('plugins/toy/plugin.js', 'globalThis.stolen = true')
  const { plugins } = await find(place.root)
  expect(plugins[0]?.withheld).toEqual({
    state: 'failed',
    reason: `its files in ${path} are not those of config/plugins.lock.yaml. Look at what changed, then approve it with: parley plugins add ${path}`,
  })
  await expect(plugins[0]!.load()).rejects.toThrow('its files in')
  expect(globalThis).not.toHaveProperty('stolen')
})

test.each<[string, (place: TemporaryInstallation) => object, string]>([
  [
    'a folder that nobody approved',
    (place) => ({ toy: { path: place.plugin('toy') } }),
    'it is installed by path and not in config/plugins.lock.yaml. Approve it with: parley plugins add ',
  ],
  ['a folder that is not there', () => ({ toy: { path: 'nowhere' } }), 'there is no '],
  [
    'a package that is not installed',
    () => ({ toy: { package: '@acme/toy' } }),
    'the package "@acme/toy" is not installed. Run: npm install @acme/toy',
  ],
  ['a plugin under another name', (place) => ({ toi: { path: place.plugin('toy') } }), 'it is listed as "toi" and '],
])('%s is withheld with the reason', async (_, entries, reason) => {
  using place = new TemporaryInstallation()
  const { plugins } = await find(place.root, entries(place))
  expect(plugins[0]?.withheld?.reason).toContain(reason)
})

test('another version than the approved one is refused', async () => {
  using place = new TemporaryInstallation()
  const path = place.plugin('toy')
  writeLockEntry(place.root, 'toy', { path, version: '0.9.0', integrity: await directoryIntegrity(path) })
  const { plugins } = await find(place.root)
  expect(plugins[0]?.withheld?.reason).toContain('config/plugins.lock.yaml has version 0.9.0 and ')
})

test('a plugin of the workspace is found by its package', async () => {
  const root = join(import.meta.dirname, '../../..')
  const { plugins } = await find(root, { clients: { package: '@parley/plugin-clients' } })
  expect(plugins).toMatchObject([{ id: 'clients', directory: join(root, 'plugins/clients') }])
})

test('a package is loaded from the node_modules of the installation, wherever the host lies', async () => {
  using place = new TemporaryInstallation()
  mkdirSync(join(place.root, 'node_modules/@toys'), { recursive: true })
  renameSync(place.plugin('toy'), join(place.root, 'node_modules/@toys/toy'))
  const { plugins } = await find(place.root, { toy: { package: '@toys/toy' } })
  expect(plugins).toMatchObject([{ id: 'toy', source: 'package' }])
  expect(await plugins[0]!.load()).toMatchObject({ default: { spec: { id: 'toy' } } })
})

test('mistakes in the lists are told with their place', async () => {
  using place = new TemporaryInstallation({ 'config/plugins.lock.yaml': 'plugins: { toy: { version: "1" } }' })
  expect((await find(place.root, { a: true, b: { package: 'x', path: 'y' } })).problems).toEqual([
    'plugins.toy in config/plugins.lock.yaml: needs either "package" or "path"',
    'plugins.a: must be a map, such as { package: "@acme/parley-signal" }.',
    'plugins.b: needs either "package" or "path", a text.',
  ])
})

test('the hash of a folder does not depend on dates or order, and does on names and contents', async () => {
  using one = new TemporaryInstallation({ 'p/a.js': '1', 'p/b/c.js': '2' })
  using two = new TemporaryInstallation({ 'p/b/c.js': '2', 'p/a.js': '1', 'p/node_modules/x.js': 'ignored' })
  using three = new TemporaryInstallation({ 'p/b/c.js': '1', 'p/a.js': '2' })
  const hashes = await Promise.all([one, two, three].map((place) => directoryIntegrity(join(place.root, 'p'))))
  expect(hashes[0]).toBe(hashes[1])
  expect(hashes[0]).not.toBe(hashes[2])
})
