/** One word of `parley-plugin`. Answers the exit code; throws a sentence for what the person can correct. */
export interface CommandContext {
  /** What stands behind the command. */
  readonly args: readonly string[]
  print(line: string): void
  /** Asks the person; `undefined` when nobody is there to answer. */
  readonly ask: ((question: string, suggestion: string) => Promise<string>) | undefined
  /** Ends what goes on until it is stopped, such as `dev`. */
  readonly signal: AbortSignal
}

export type Command = (context: CommandContext) => Promise<number>
