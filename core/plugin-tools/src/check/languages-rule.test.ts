import { permission } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import type { CheckedPlugin } from './checked-plugin.ts'
import { sentenceOf } from './finding.ts'
import { languagesRule } from './languages-rule.ts'

const found = (files: Readonly<Record<string, string | object>>, plugin: object = {}): string[] => {
  const sources = Object.entries(files).map(([path, content]) => ({
    path: `src/ui/${path}`,
    text: typeof content === 'string' ? content : JSON.stringify(content),
  }))
  return languagesRule({ manifest: { id: 'hello' }, sources, ...plugin } as never as CheckedPlugin).map(sentenceOf)
}

test('both languages say the same', () => {
  const files = {
    'locales/en.json': { title: 'Hello {name}', page: { add: 'Add' } },
    'locales/uk.json': { title: 'Привіт {who}', more: 'Ще' },
    'other/en.json': {},
  }
  expect(found(files)).toEqual([
    'src/ui/other/en.json: has no translation beside it. Write src/ui/other/uk.json: people read Parley in both languages.',
    'src/ui/locales/en.json: "title" has the placeholders {name} and its translation has {who}. Use the same ones in src/ui/locales/uk.json.',
    'src/ui/locales/en.json: "page.add" has no translation. Add "page.add" to src/ui/locales/uk.json.',
    'src/ui/locales/uk.json: "more" has no translation. Add "more" to src/ui/locales/en.json.',
  ])
})

test('a copy is no translation, and few texts may be the same', () => {
  const few = { ok: 'OK', api: 'API', id: 'ID' }
  expect(found({ 'locales/en.json': few, 'locales/uk.json': few })).toEqual([])
  const many = { ...few, title: { page: 'Greetings' } }
  expect(found({ 'locales/en.json': many, 'locales/uk.json': many })).toEqual([
    'src/ui/locales/uk.json: its "uk" texts are those of "en", word for word. Translate it: people read Parley in both languages.',
  ])
  expect(found({ 'locales/en.json': many, 'locales/uk.json': { ...few, title: { page: 'Вітання' } } })).toEqual([])
})

test('no text is empty', () => {
  expect(found({ 'locales/en.json': { a: 'Hello {name}', b: '' }, 'locales/uk.json': { a: ' ', b: 'Є' } })).toEqual([
    'src/ui/locales/en.json: "b" is empty. Write what people are to read there.',
    'src/ui/locales/uk.json: "a" is empty. Write what people are to read there.',
  ])
})

test.each<[string, string[]]>([
  ["{ en: { title: 'Hello' }, uk: { title: 'Привіт' } }", []],
  ['{ en, uk }', []],
  ["{ en: () => import('./en.json'), uk: () => import('./uk.json') }", []],
  ['{ ...all }', []],
  ["{ en: { title: 'Hello' }, uk: {} }", [':2: "title" has no translation. Add "title" to "uk" of "locales".']],
  ["{ en: words, uk: { title: '' } }", [':2: "title" is empty in "uk" of "locales". Write what people are to read there.']],
  ["{ en: { title: 'Hello' } }", [':2: its "locales" have no "uk". Write it: people read Parley in both languages.']],
])('locales written into the plugin: %s', (locales, sentences) => {
  const text = `const words = { title: 'Hello' }\nexport default defineUiPlugin({ id: 'hello', locales: ${locales} })`
  expect(found({ 'plugin.ts': text })).toEqual(sentences.map((sentence) => `src/ui/plugin.ts${sentence}`))
})

const both = { 'locales/en.json': { title: 'Hello' }, 'locales/uk.json': { title: 'Привіт' } }
const missing = (place: string, key: string): string =>
  `src/ui/${place}: asks for the text "${key}", which no language has. Correct it, or add "${key}" to en.json and uk.json.`

test('texts that are asked for exist', () => {
  const script = "const { t } = useText()\nt('title')\nt('titel')\nt(`title`)\nt(key)\nother.t('gone')"
  expect(found({ ...both, 'a.ts': script })).toEqual([missing('a.ts:3', 'titel')])
  const component = `<script setup lang="ts">\nconst { t: say } = useText('hello')\n</script>\n<template>\n  <p>{{ say('titel') }}</p>\n  <p :title="say('title')" />\n</template>`
  expect(found({ ...both, 'Page.vue': component })).toEqual([missing('Page.vue:5', 'titel')])
  expect(found({ ...both, 'plugin.ts': "export default { id: 'hello',\nroutes: [{ title: 'hello.titel' }, { title: 'hello.title' }] }" })).toEqual([
    missing('plugin.ts:2', 'titel'),
  ])
})

test('texts of others, and those of a plugin whose texts cannot be read, are not looked for', () => {
  expect(found({ ...both, 'a.ts': "const { t } = useText('shell')\nt('save')\nconst { t: own } = useText()\nown('title')" })).toEqual([])
  expect(found({ 'a.ts': "const { t } = useText()\nt('title')" })).toEqual([])
})

test('rights have words in both languages, in the manifest or among the texts', () => {
  const declared = { spec: { permissions: [permission('hello', 'view', 'See'), permission('hello', 'edit', 'Change')] } }
  const manifest = { id: 'hello', permissions: { 'hello.view': { en: 'See', uk: 'Бачити' }, 'hello.edit': 'Change' } }
  expect(found({}, { declared, manifest })).toEqual([
    'package.json: the right "hello.edit" has words in English only. Write "hello.edit": { "en": "Change", "uk": "…" } in "parley.permissions", or add "permissions.hello.edit" to the locales of its UI.',
  ])
  const texts = (edit: string) => ({ permissions: { hello: { edit } } })
  expect(found({ 'locales/en.json': texts('Change'), 'locales/uk.json': texts('Змінювати') }, { declared, manifest })).toEqual([])
})
