import type { PluginManifest } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { noDeclarations } from './declared.ts'
import { touchesOf } from './touches.ts'

const nothing = { consumes: [], optional: [], provides: [], owns: [], contributes: [] }
const manifest: PluginManifest = { id: 'hello', kind: 'feature', api: '^1.0', consumes: ['shop.orders@1'], contributes: [], permissions: {} }

test('what a package leaves out is unsaid while its code does not run', () => {
  expect(touchesOf(undefined, manifest)).toEqual({ ...nothing, consumes: ['shop.orders@1'], unsaid: ['optional', 'provides', 'owns'] })
  const whole = { ...manifest, optional: [], provides: [], owns: [] }
  expect(touchesOf(undefined, whole)).toEqual({ ...nothing, consumes: ['shop.orders@1'] })
})

test('code says everything', () => {
  expect(touchesOf({ spec: { id: 'hello' }, declarations: noDeclarations, contributions: [] }, undefined)).toEqual(nothing)
})
