import { parseArgs } from 'node:util'
import { buildServerPlugin } from '../build-server-plugin.ts'
import { buildUiPlugin, hasUi } from '../build-ui-plugin.ts'
import type { Command } from './command.ts'

/** `parley-plugin build [folder] [--ui | --server]` */
export const build: Command = async ({ args, print }) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ui: { type: 'boolean' }, server: { type: 'boolean' } },
    allowPositionals: true,
  })
  const directory = positionals[0] ?? '.'
  if (!values.ui) for (const file of await buildServerPlugin(directory)) print(file)
  if (!values.server && (await hasUi(directory))) {
    const { manifest, manifestFile, sizes } = await buildUiPlugin(directory)
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0)
    print(`${manifestFile}: ${Object.keys(manifest.integrity).length} files, ${(total / 1000).toFixed(1)} kB`)
  }
  return 0
}
