import { buildServerPlugin } from './build-server-plugin.ts'
import { buildUiPlugin, hasUi } from './build-ui-plugin.ts'

const usage = `parley-plugin build [directory]   builds server, api and UI of the plugin in the directory (default: this one)
  --ui       only the UI
  --server   only server and api`

/** The command line; answers the exit code. */
export async function run(words: readonly string[], print: (line: string) => void): Promise<number> {
  const [command, ...rest] = words
  const flags = rest.filter((word) => word.startsWith('--'))
  const unknown = flags.find((flag) => flag !== '--ui' && flag !== '--server')
  if (command !== 'build' || unknown !== undefined) {
    print(unknown === undefined ? usage : `There is no option "${unknown}".\n${usage}`)
    return command === undefined || command === '--help' ? 0 : 2
  }
  const directory = rest.find((word) => !word.startsWith('--')) ?? '.'
  try {
    if (!flags.includes('--ui')) for (const file of await buildServerPlugin(directory)) print(file)
    if (!flags.includes('--server') && (await hasUi(directory))) {
      const { manifest, manifestFile, sizes } = await buildUiPlugin(directory)
      const total = Object.values(sizes).reduce((sum, size) => sum + size, 0)
      print(`${manifestFile}: ${Object.keys(manifest.integrity).length} files, ${(total / 1000).toFixed(1)} kB`)
    }
    return 0
  } catch (error) {
    print(error instanceof Error ? error.message : String(error))
    return 1
  }
}
