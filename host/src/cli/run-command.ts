import { createInterface } from 'node:readline/promises'
import { isParleyError } from '@parley/plugin-api'
import { installationRoot } from '../installation-root.ts'
import type { Command } from './command.ts'
import { toldOf, usage } from './usage.ts'

// each with what it needs, and no more: a process that is only a runner has nothing of the platform in its memory
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.command.ts')).start,
  dev: async () => (await import('./dev.command.ts')).dev,
  migrate: async () => (await import('./migrate.command.ts')).migrate,
  plugins: async () => (await import('./plugins.command.ts')).plugins,
  licence: async () => (await import('./licence.command.ts')).licence,
  doctor: async () => (await import('./doctor.command.ts')).doctor,
  demo: async () => (await import('./demo.command.ts')).demo,
  config: async () => (await import('./config.command.ts')).config,
  backup: async () => (await import('./backup.command.ts')).backup,
  restore: async () => (await import('./restore.command.ts')).restore,
}

/** What the command line asks for; `program` is the address of the file that was started. */
export async function runCommand(program: string): Promise<void> {
  const words = process.argv.slice(2)
  const told = toldOf(words)
  if (told !== undefined) {
    console.log(told)
    process.exit(0)
  }
  const [name = 'start', ...args] = words
  const command = commands[name]
  if (!command) {
    console.error(`There is no command "${name}".\n${usage}`)
    process.exit(2)
  }

  try {
    const run = await command()
    const code = await run({
      root: installationRoot(process.env),
      variables: process.env,
      args,
      program,
      print: (line) => console.log(line),
      ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
    })
    if (code !== undefined) process.exit(code)
  } catch (error) {
    // Our own errors are sentences for the deployer; anything else is a bug and keeps its stack.
    console.error(isParleyError(error) ? error.message : error)
    process.exit(1)
  }
}

const ask = async (question: string): Promise<string> => {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}
