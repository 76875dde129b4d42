import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { buildUiPlugin } from './build-ui-plugin.ts'

const made: string[] = []
afterEach(() => Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true }))))

/** A plugin far from the workspace, with no node_modules at all. */
async function plugin(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-ui-'))
  made.push(directory)
  const all = {
    'package.json': JSON.stringify({
      name: '@acme/parley-hello',
      version: '1.0.0',
      type: 'module',
      parley: { id: 'hello', kind: 'feature', api: '^1.0' },
    }),
    ...files,
  }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
  return directory
}

const entry = `import { defineUiPlugin } from '@parley/ui-sdk'
export default defineUiPlugin({ id: 'hello', routes: [{ path: '', title: 'hello.title', component: () => import('./HelloPage.vue') }] })`
const page = `<script setup lang="ts">
import { UiButton } from '@parley/ui-kit'
import { ref } from 'vue'
const count = ref<number>(0)
</script>
<template><UiButton class="hello" @click="count++">{{ count }}</UiButton></template>
<style scoped>.hello { color: var(--text) }</style>`

test('a plugin outside the workspace becomes modules that import the shared packages by name, one style and a manifest', async () => {
  const directory = await plugin({ 'src/ui/plugin.ts': entry, 'src/ui/HelloPage.vue': page })
  const { manifest } = await buildUiPlugin(directory)

  const written = JSON.parse(await readFile(join(directory, 'dist/ui/ui-manifest.json'), 'utf8')) as unknown
  expect(written).toEqual(manifest)
  expect(manifest.entry).toMatch(/^plugin-[\w-]{8}\.js$/)
  expect(manifest.style).toMatch(/-[\w-]{8}\.css$/)
  const files = (await readdir(join(directory, 'dist/ui'))).filter((name) => name !== 'ui-manifest.json')
  expect(Object.keys(manifest.integrity).sort()).toEqual(files.sort())
  const imported = new Set<string>()
  for (const name of files) {
    const content = await readFile(join(directory, 'dist/ui', name))
    expect(manifest.integrity[name]).toBe(`sha384-${createHash('sha384').update(content).digest('base64')}`)
    for (const [, from] of name.endsWith('.js') ? content.toString().matchAll(/(?:from|import)\s*["']([^"']+)["']/g) : []) imported.add(from ?? '')
  }
  expect([...imported].filter((name) => !name.startsWith('./')).sort()).toEqual(['@parley/ui-kit', '@parley/ui-sdk', 'vue'])
})

test('the same sources give the same names, another source another', async () => {
  const first = await buildUiPlugin(await plugin({ 'src/ui/plugin.ts': entry, 'src/ui/HelloPage.vue': page }))
  const same = await buildUiPlugin(await plugin({ 'src/ui/plugin.ts': entry, 'src/ui/HelloPage.vue': page }))
  const changed = await buildUiPlugin(await plugin({ 'src/ui/plugin.ts': entry, 'src/ui/HelloPage.vue': page.replace('count++', 'count--') }))
  expect(same.manifest).toEqual(first.manifest)
  expect(changed.manifest.entry).not.toBe(first.manifest.entry)
})

test.each([
  ['@parley/ui-kit/src/components/UiButton.vue', 'Import from "@parley/ui-kit" itself.'],
  ['vue/dist/vue.esm-bundler.js', 'Import from "vue" itself.'],
  ['vue-i18n', 'Texts come from `useText()`'],
  ['node:fs', 'exists on the server only'],
  ['@parley/plugin-clients', 'Import "@parley/plugin-clients/api".'],
])('an import of %s fails the build with what to do instead', async (source, cure) => {
  const directory = await plugin({ 'src/ui/plugin.ts': `import * as inside from '${source}'\nexport default { id: 'hello', inside }` })
  await expect(buildUiPlugin(directory, { logLevel: 'silent' })).rejects.toThrow(cure)
})

test('a directory without a plugin is refused in a sentence', async () => {
  const directory = await plugin({ 'package.json': '{"name":"x"}' })
  await expect(buildUiPlugin(directory)).rejects.toThrow('has no "parley" block with an "id"')
})
