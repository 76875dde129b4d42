import { plugins } from '../src/cli/plugins.command.ts'
import type { TemporaryInstallation } from './temporary-installation.ts'

export interface CommandOutcome {
  readonly code: number | undefined
  readonly output: string
}

/** `parley plugins <words>` in an installation without a database, unless `variables` name one. */
export async function pluginsCommand(
  { root }: TemporaryInstallation,
  words: readonly string[],
  options: { readonly variables?: Readonly<Record<string, string>>; readonly answer?: string } = {},
): Promise<CommandOutcome> {
  const lines: string[] = []
  const { answer, variables = {} } = options
  const code = await plugins({
    root,
    variables: { PARLEY_DATA_DIR: `${root}/data`, ...variables },
    args: words,
    print: (line) => lines.push(line),
    ...(answer === undefined ? {} : { ask: () => Promise.resolve(answer) }),
  })
  return { code, output: lines.join('\n') }
}
