import { definePlugin, extensionPoint, optional, permission, token } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { incompatibility, manifestMismatch } from './check-manifest.ts'
import { readManifest } from './read-manifest.ts'

const manifest = { id: 'signal', kind: 'channel', api: '^1.0' } as const

test('the parley block of a package.json is read', () => {
  const content = { name: '@acme/signal', version: '1.3.0', parley: { ...manifest, ui: './dist/ui/ui-manifest.json' }, main: 'x' }
  expect(readManifest(content, 'package.json')).toEqual({ package: '@acme/signal', version: '1.3.0', manifest: content.parley })
})

test('everything that is wrong with it is told at once', () => {
  const content = { name: 'x', version: '1', parley: { id: 'Signal', kind: 'plugin', api: '1', consumes: ['inbox'] } }
  expect(() => readManifest(content, '/plugins/signal/package.json')).toThrow(
    '/plugins/signal/package.json does not describe a plugin: parley.id: must be kebab-case, such as "channel-signal"; ' +
      'parley.kind: Invalid option: expected one of "feature"|"channel"|"system"; parley.consumes.0: must look like "plugin.thing@1".',
  )
})

test('the range of the plugin API decides whether it may run', () => {
  expect(incompatibility(manifest)).toBeUndefined()
  expect(incompatibility({ ...manifest, api: '^2.0' })).toMatch(/^it was built for version \^2.0 of the plugin API/)
  expect(incompatibility({ ...manifest, api: 'new' })).toMatch(/which is not a version range/)
  for (const api of ['*', '>=0.1', '^1.0 || >=2', 'x', ''])
    expect(incompatibility({ ...manifest, api }), api).toMatch(/takes every later version of the plugin API for one that fits/)
  for (const api of ['1', '1.x', '1.0.0', '>=0.1 <2', '^1.0 || ^2.0', '<3']) expect(incompatibility({ ...manifest, api }), api).toBeUndefined()
})

test('a manifest and the code must say the same, as far as the manifest says anything', () => {
  const { spec } = definePlugin({ id: 'signal', consumes: { inbox: token<object>('c.inbox@1'), ai: optional(token<object>('ai.writer@1')) } })
  expect(manifestMismatch(manifest, spec)).toBeUndefined()
  expect(manifestMismatch({ ...manifest, consumes: ['c.inbox@1'], optional: ['ai.writer@1'], provides: [], owns: [] }, spec)).toBeUndefined()
  expect(manifestMismatch({ ...manifest, consumes: [] }, spec)).toBe(
    '"parley.consumes" in package.json differs from the code in: c.inbox@1. Correct it with: parley-plugin check --fix',
  )
  expect(manifestMismatch({ ...manifest, id: 'other' }, spec)).toBe('package.json says the plugin is "other" and its code says "signal".')
  const brings = definePlugin({
    id: 'signal',
    permissions: [permission('signal', 'edit', 'Change accounts')],
    contributes: (add) => [add(extensionPoint<object>('c.channels@1'), 'signal', () => ({}))],
  }).spec
  const contributions = [{ point: { id: 'c.channels@1' } }]
  const honest = { ...manifest, contributes: ['c.channels@1'], permissions: { 'signal.edit': 'Change accounts' } }
  expect(manifestMismatch(honest, brings, contributions)).toBeUndefined()
  expect(manifestMismatch({ ...honest, contributes: [] }, brings, contributions)).toBe(
    '"parley.contributes" in package.json differs from the code in: c.channels@1. Correct it with: parley-plugin check --fix',
  )
  expect(manifestMismatch({ ...honest, permissions: {} }, brings, contributions)).toBe(
    '"parley.permissions" in package.json differs from the code in: signal.edit. Correct it with: parley-plugin check --fix',
  )
})
