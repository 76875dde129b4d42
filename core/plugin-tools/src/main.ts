import { createInterface } from 'node:readline/promises'
import { run } from './cli.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())

/** Enter takes the suggestion. */
const ask = async (question: string, suggestion: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const text = await lines.question(suggestion === '' ? `${question}: ` : `${question} [${suggestion}]: `, { signal: stop.signal })
    return text.trim() === '' ? suggestion : text.trim()
  } finally {
    lines.close()
  }
}

process.exitCode = await run(process.argv.slice(2), (line) => console.log(line), {
  signal: stop.signal,
  ...(process.stdin.isTTY ? { ask } : {}),
})
