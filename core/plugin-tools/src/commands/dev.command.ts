import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DevelopmentHost } from '../dev/development-host.ts'
import { watchSources } from '../dev/watch-sources.ts'
import { readPluginPackage } from '../read-plugin-package.ts'
import { build } from './build.command.ts'
import type { Command } from './command.ts'

const defaultHost = 'http://localhost:3000'

/** `parley-plugin dev [folder] [--host address]`: until it is stopped. */
export const dev: Command = async (context) => {
  const { print, signal } = context
  const { values, positionals } = parseArgs({
    args: [...context.args],
    options: { host: { type: 'string', default: defaultHost } },
    allowPositionals: true,
  })
  const root = resolve(positionals[0] ?? '.')
  const host = new DevelopmentHost({ url: values.host })
  await readPluginPackage(root)
  const work = async (): Promise<void> => {
    try {
      await build({ ...context, args: [root], print: () => {} })
      const { parley } = await readPluginPackage(root)
      const { id, version, state, reason } = await host.reload(root, parley.id, signal)
      print(`${id} ${version} is ${state}${reason === undefined ? '' : `: ${reason}`}`)
    } catch (error) {
      // The next change may be the cure.
      if (!signal.aborted) print((error as Error).message)
    }
  }
  await watchSources(root, work, signal)
  return 0
}
