import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../browser/parley-host.ts'

const plugins = readdirSync(join(repository, 'plugins'))
const read = (plugin: string, path: string): any => {
  const file = join(repository, 'plugins', plugin, path)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

test.each(plugins)('every right that %s brings has its words in both languages, in its texts or without screens in its manifest', (plugin) => {
  const [en, uk] = ['en', 'uk'].map((locale) => read(plugin, `src/ui/locales/${locale}.json`).permissions)
  const rights = Object.entries<any>(read(plugin, 'package.json').parley.permissions ?? {})
  const words = rights.map(([right, said]) => {
    const [module, verb] = right.split('.') as [string, string]
    return [right, en?.[module]?.[verb] ?? said.en, uk?.[module]?.[verb] ?? said.uk]
  })
  expect(words).toEqual(rights.map(([right]) => [right, expect.stringMatching(/^[A-Z]/), expect.stringMatching(/^[А-ЯІЇЄҐ]/)]))
})
