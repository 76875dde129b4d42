/** What a command may know of the process; tests hand over their own. */
export interface CommandContext {
  readonly root: string
  readonly variables: Readonly<Record<string, string | undefined>>
  /** What follows the command's name. */
  readonly args: readonly string[]
  /** Address of the file that was started, which threads of this process run, too; without it nobody watches its memory. */
  readonly program?: string
  print(line: string): void
  /** Asks the person at the terminal; absent when there is none. */
  ask?(question: string): Promise<string>
}

/** Answers the exit code, or `undefined` while the process goes on living. */
export type Command = (context: CommandContext) => Promise<number | undefined>
