import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter } from 'node:path'
import { ParleyError } from '@parley/plugin-api'
import { developmentVariable } from '../development/development-plugins.ts'
import type { Command } from './command.ts'

/** `parley dev [options of start]`: like start, and takes plugins that are being written, as `parley-plugin dev` hands them over. */
export const dev: Command = async ({ root, variables, args }) => {
  if (variables['NODE_ENV'] === 'production')
    throw new ParleyError('invalid_config', '"parley dev" runs files that nobody approved, and NODE_ENV is "production". Use "parley start".')
  const folders = new Set<string>()
  for (;;) {
    const env = { ...process.env, ...variables, NODE_ENV: 'development', PARLEY_HOME: root, [developmentVariable]: [...folders].join(delimiter) }
    const child = spawn(process.execPath, [process.argv[1]!, 'start', ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
    let again = false
    child.on('message', (message) => {
      folders.add((message as { folder: string }).folder)
      again = true
      child.kill('SIGINT')
    })
    const end = (): void => void child.kill('SIGTERM')
    // Ctrl+C reaches the child by itself; it ends, and so do we.
    const wait = (): void => {}
    process.on('SIGTERM', end).on('SIGINT', wait)
    const [code] = (await once(child, 'exit')) as [number | null]
    process.off('SIGTERM', end).off('SIGINT', wait)
    if (!again) return code ?? 1
  }
}
