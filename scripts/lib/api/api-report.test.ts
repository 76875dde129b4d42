import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { root } from '../run.mjs'
import { describeFaces, undocumented } from './describe-faces.mjs'
import { facesOf } from './faces.mjs'
import { settleGenerated } from './generated-files.mjs'
import { referencePage } from './reference-page.mjs'
import { reportPage } from './report-page.mjs'

// Each look runs the compiler over a whole package, on machines that do other things too.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const before = `
import { z } from 'zod'
import { extensionPoint, type Within } from './references.ts'
export { default as UiLamp } from './UiLamp.vue'
/** A lamp. @example const lamp: Lamp = { on: true } */
export interface Lamp extends Thing {
  readonly on: boolean
  /** Told by whoever switches it. */
  switch(options?: { within?: Within }): Promise<void>
}
interface Thing {
  readonly id: string
}
export const lamps = extensionPoint<Lamp>('house.lamps@1')
/** What a lamp costs. */
export const price = z.object({ amount: /* in hryvnias */ z.number().max(100) })
export type Price = z.infer<typeof price>
export type Watts = number
`
const component = `<script setup lang="ts">
type Colour = 'warm' | 'cold'

/** Shows a lamp. */
const { colour = 'warm' } = defineProps<{
  colour?: Colour | undefined
  /** In watts. */
  power: number
}>()
const emit = defineEmits<{ burnt: [at: Date] }>()
defineExpose({ shine: () => emit('burnt', new Date()) })
</script>
<template><p :class="colour"><slot name="shade" :power /><slot :name="\`part-\${power}\`" /></p></template>
`
const references = `
export interface Within { readonly open: true }
export const extensionPoint = <T>(id: string, cardinality = 'many'): { readonly id: string; readonly type?: T } => ({ id, ...(cardinality === '' ? {} : {}) })
`

let base: string
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(base, path)), { recursive: true })
  writeFileSync(join(base, path), text)
}
const look = async () => describeFaces(facesOf(base), { base, declarations: join(base, 'declared') })
const report = (faces: Awaited<ReturnType<typeof look>>, check: boolean): Promise<string[]> =>
  settleGenerated(
    faces.map((face) => ({ path: face.report, text: reportPage(face.entries), why: 'Run it.' })),
    { base, check },
  )

beforeAll(() => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  // below the repository, where packages are found
  base = mkdtempSync(join(resolve(root), '.cache/api-report-'))
  write('core/ui-kit/package.json', JSON.stringify({ name: '@toys/lamps', exports: { '.': { 'parley-source': './src/index.ts' } } }))
  write('core/ui-kit/src/references.ts', references)
  write('core/ui-kit/src/UiLamp.vue', component)
  write('core/ui-kit/src/index.ts', before)
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

test('a face that changes without its report is told, line by line', async () => {
  const first = await look()
  expect(undocumented(first)).toEqual(['core/ui-kit/src/index.ts: "Watts" has no doc comment. Say in one sentence above it what it is for.'])
  expect(await report(first, false)).toEqual([])
  expect(await report(first, true)).toEqual([])
  const text = readFileSync(join(base, 'core/ui-kit/api-report.md'), 'utf8')
  expect(text).not.toContain('Told by whoever')
  expect(text).toContain(`UiLamp
  prop colour?: Colour = "warm"
  prop power: number
  event burnt: [at: Date]
  slot [\`part-\${power}\`]
  slot shade: { power: number; }
  exposes shine: () => void`)

  write('core/ui-kit/src/UiLamp.vue', component.replace('power: number', 'power: bigint'))
  write(
    'core/ui-kit/src/index.ts',
    before
      .replace('lamps@1', 'lamps@2')
      .replace('max(100)', 'max(10)')
      .replace('readonly id: string', 'readonly id: number')
      .replace('A lamp.', 'Light.'),
  )
  const next = await look()
  expect(await report(next, true)).toEqual([
    `core/ui-kit/api-report.md is not up to date. Run it.
    -  readonly id: string
    +  readonly id: number
    -export const lamps = extensionPoint<Lamp>('house.lamps@1')
    +export const lamps = extensionPoint<Lamp>('house.lamps@2')
    -export const price = z.object({ amount: z.number().max(100) })
    +export const price = z.object({ amount: z.number().max(10) })
    -  prop power: number
    +  prop power: bigint
    -  slot shade: { power: number; }
    +  slot shade: { power: bigint; }`,
  ])

  const page = referencePage(next[0]!)
  expect(page).toContain('### Lamp\n\nLight.\n\n```ts\nconst lamp: Lamp = { on: true }\n```\n\n```ts\ninterface Lamp extends Thing {')
  expect(page).toContain(
    'Shows a lamp.\n\n| Property | Type | Default |  |\n| --- | --- | --- | --- |\n| `colour` | `Colour` | `"warm"` |  |\n| `power` | `bigint` | required | In watts. |',
  )
})

test('a report that is not there yet is told too', async () => {
  const problems = await settleGenerated([{ path: 'none.md', text: '# None\n', why: 'Run it.' }], { base, check: true })
  expect(problems).toEqual(['none.md is missing. Run it.\n    +# None'])
})
