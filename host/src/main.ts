#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { isParleyError } from '@parley/plugin-api'
import { backup } from './cli/backup.command.ts'
import type { Command } from './cli/command.ts'
import { config } from './cli/config.command.ts'
import { demo } from './cli/demo.command.ts'
import { dev } from './cli/dev.command.ts'
import { doctor } from './cli/doctor.command.ts'
import { licence } from './cli/licence.command.ts'
import { migrate } from './cli/migrate.command.ts'
import { plugins } from './cli/plugins.command.ts'
import { restore } from './cli/restore.command.ts'
import { start } from './cli/start.command.ts'
import { toldOf, usage } from './cli/usage.ts'
import { installationRoot } from './installation.ts'

const commands: Readonly<Record<string, Command>> = { start, dev, migrate, plugins, licence, doctor, demo, config, backup, restore }

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

const ask = async (question: string): Promise<string> => {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}

try {
  const code = await command({
    root: installationRoot(process.env),
    variables: process.env,
    args,
    print: (line) => console.log(line),
    ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
  })
  if (code !== undefined) process.exit(code)
} catch (error) {
  // Our own errors are sentences for the deployer; anything else is a bug and keeps its stack.
  console.error(isParleyError(error) ? error.message : error)
  process.exit(1)
}
