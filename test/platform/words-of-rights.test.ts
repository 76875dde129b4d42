import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../browser/parley-host.ts'

const plugins = readdirSync(join(repository, 'plugins')).filter((name) => existsSync(join(repository, 'plugins', name, 'src/ui/locales')))
const read = (plugin: string, path: string): any => JSON.parse(readFileSync(join(repository, 'plugins', plugin, path), 'utf8'))

test.each(plugins)('every right that %s brings has its words in both languages', (plugin) => {
  const [en, uk] = ['en', 'uk'].map((locale) => read(plugin, `src/ui/locales/${locale}.json`).permissions)
  const rights = Object.keys(read(plugin, 'package.json').parley.permissions)
  const words = rights.map((right) => {
    const [module, verb] = right.split('.') as [string, string]
    return [right, en?.[module]?.[verb], uk?.[module]?.[verb]]
  })
  expect(words).toEqual(rights.map((right) => [right, expect.stringMatching(/^[A-Z]/), expect.stringMatching(/^[А-ЯІЇЄҐ]/)]))
})
