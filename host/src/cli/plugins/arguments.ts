import { parseArgs, type ParseArgsConfig } from 'node:util'
import { ParleyError } from '@parley/plugin-api'

/** One word and options; a sentence and not a stack when they are others. */
export function readArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  usage: string,
  options: Options,
) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options })
    if (positionals.length > 1) throw new Error(`"${positionals[1]}" is one word too many`)
    return { values, word: positionals[0] }
  } catch (error) {
    throw new ParleyError('invalid_config', `${(error as Error).message}. Use: ${usage}`)
  }
}

export const missing = (usage: string): ParleyError => new ParleyError('invalid_config', `Use: ${usage}`)
