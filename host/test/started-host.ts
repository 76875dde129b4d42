import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { buildProgram, until } from '@parley/test-kit'

/** `parley …` in a process of its own. */
export class ParleyProcess {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  output = ''
  errors = ''

  constructor(program: string, root: string, args: readonly string[], variables: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], PARLEY_HOME: root, PORT: '0', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.child.stderr!.on('data', (chunk: Buffer) => (this.errors += chunk.toString()))
    this.ended = once(this.child, 'close').then(([code]) => code as number | null)
  }

  /** The address that the ready line prints. */
  ready(): Promise<string> {
    return until(
      () => {
        const [, url] = /^Parley is ready at (\S+)$/m.exec(this.output) ?? []
        if (url === undefined && this.child.exitCode !== null) throw new Error(`It ended:\n${this.output}${this.errors}`)
        return url
      },
      { within: 30_000 },
    )
  }

  /** Lines of the log, parsed. */
  log(): Record<string, unknown>[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}

export const buildMain = (): Promise<string> => buildProgram(new URL(`file://${fileURLToPath(new URL('../src/main.ts', import.meta.url))}`))
