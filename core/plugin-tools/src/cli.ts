import type { Command, CommandContext } from './commands/command.ts'
import { build } from './commands/build.command.ts'
import { check } from './commands/check.command.ts'
import { create } from './commands/create.command.ts'
import { dev } from './commands/dev.command.ts'
import { pack } from './commands/pack.command.ts'

const usage = `parley-plugin create [folder]   makes a plugin from a template, and asks what it has to know
    --kind channel|feature|scenario-node   --name acme-sms   --title "Acme SMS"
    --no-ui            a feature without a page
    --packages <folder>  take Parley's packages from tarballs instead of the registry
parley-plugin build [folder]    builds server, api and UI into dist
    --ui | --server    only that part
parley-plugin check [folder]    builds, and says what would stop the plugin or hurt who installs it
    --json             for programs
    --fix              writes into package.json what the code declares
    --no-build         judges what is built already
parley-plugin dev [folder]      builds at every change and hands the plugin to a host that was started with "parley dev"
    --host <address>   default http://localhost:3000
parley-plugin pack [folder]     builds, checks, and makes the tarball for "parley plugins add"
    --to <folder>      where to put it
    --json             for programs`

const commands: Readonly<Record<string, Command>> = { build, check, create, dev, pack }

/** The command line; answers the exit code. */
export async function run(
  words: readonly string[],
  print: (line: string) => void,
  { ask, signal = new AbortController().signal }: Partial<Pick<CommandContext, 'ask' | 'signal'>> = {},
): Promise<number> {
  const [name, ...args] = words
  const command = name === undefined ? undefined : commands[name]
  if (command === undefined) {
    const help = name === undefined || name === '--help' || name === 'help'
    print(help ? usage : `There is no command "${name}".\n${usage}`)
    return help ? 0 : 2
  }
  try {
    return await command({ args, print, ask, signal })
  } catch (error) {
    print(error instanceof Error ? error.message : String(error))
    return (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true ? 2 : 1
  }
}
