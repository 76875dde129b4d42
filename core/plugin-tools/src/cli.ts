import type { Command, CommandContext } from './commands/command.ts'
import { build } from './commands/build.command.ts'
import { check } from './commands/check.command.ts'
import { create } from './commands/create.command.ts'
import { dev } from './commands/dev.command.ts'
import { pack } from './commands/pack.command.ts'
import { toolsVersion } from './tools-folder.ts'
import { usageOf } from './usage.ts'

const commands: Readonly<Record<string, Command>> = { build, check, create, dev, pack }

const wantsHelp = (words: readonly string[]): boolean => words.includes('--help') || words.includes('-h')

/** The command line; answers the exit code. */
export async function run(
  words: readonly string[],
  print: (line: string) => void,
  { ask, signal = new AbortController().signal }: Partial<Pick<CommandContext, 'ask' | 'signal'>> = {},
): Promise<number> {
  const [name, ...args] = words
  if (words.includes('--version')) {
    print(await toolsVersion())
    return 0
  }
  const command = name === undefined ? undefined : commands[name]
  if (command === undefined) {
    const help = name === undefined || wantsHelp(words) || name === 'help'
    print(help ? usageOf() : `There is no command "${name}".\n${usageOf()}`)
    return help ? 0 : 2
  }
  if (wantsHelp(args)) {
    print(usageOf(name))
    return 0
  }
  try {
    return await command({ args, print, ask, signal })
  } catch (error) {
    print(error instanceof Error ? error.message : String(error))
    return (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true ? 2 : 1
  }
}
