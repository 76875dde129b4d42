import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildUiPlugin, checkPlugin, hasUi, sentenceOf } from '@parley/plugin-tools'
import { expect, test } from 'vitest'

const plugins = join(import.meta.dirname, '../../plugins')
const every = readdirSync(plugins).filter((name) => existsSync(join(plugins, name, 'package.json')))

test.each(every)(
  '"%s" passes what is asked of plugins from outside',
  async (name) => {
    const directory = join(plugins, name)
    const { name: own } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name: string }
    if ((await hasUi(directory)) && !existsSync(join(directory, 'dist/ui/ui-manifest.json'))) await buildUiPlugin(directory)
    const { findings } = await checkPlugin(directory, { load: () => import(own) })
    expect(findings.map(sentenceOf)).toEqual([])
  },
  60_000,
)
