import { createInterface } from 'node:readline'
import type { Logger } from '@parley/plugin-api'
import type { RunnerLimits } from '../runner-limits.ts'
import { startRunner } from './start-runner.ts'

/** What the parent writes as one line on the child's input; not in the environment, where others could read it. */
export interface ChildSettings {
  readonly token: string
  readonly limits: RunnerLimits
}

/** What the child writes as lines on its output. */
export type ChildLine = { readonly url: string } | { readonly level: keyof Logger; readonly message: string; readonly data?: object }

/** A runner of one process, which started it and without which it ends: its input closes then, however the parent died. */
export async function serveParent(program: string): Promise<void> {
  const tell = (line: ChildLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
  const logger = (level: keyof Logger) => (message: string, data?: object) => tell({ level, message, ...(data === undefined ? {} : { data }) })
  const log: Logger = { debug: logger('debug'), info: logger('info'), warn: logger('warn'), error: logger('error') }
  // the parent decides when it ends; a Ctrl+C in a terminal goes to both
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
  process.stdout.on('error', () => process.exit(0))
  const lines = createInterface({ input: process.stdin })
  lines.on('close', () => process.exit(0))
  lines.once('line', (line) => {
    const { token, limits } = JSON.parse(line) as ChildSettings
    void startRunner({ program, limits, token, log, port: 0, address: '127.0.0.1' }).then(
      ({ url }) => tell({ url }),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
}
