import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Logger } from '@parley/plugin-api'
import type { ChildSettings } from './process/child.ts'
import type { RunnerLimits } from './runner-limits.ts'
import { RunnerLink } from './runner-link.ts'
import type { RunnerSource } from './runner-source.ts'
import { readChildLine } from './said-by-runner.ts'

export interface ChildRunnerOptions {
  /** The compiled `process/main.ts`. */
  readonly program: string
  readonly limits: RunnerLimits
  readonly log: Logger
}

/** Milliseconds a child may take to start. */
const startTime = 15_000
/** Milliseconds it may take to end when its input is closed. */
const endTime = 2000
/** Characters of a line that is no message of a runner, for the log. */
const longestTold = 200

/** A runner of this process alone, started by the first run; after its death, by the next. */
export class ChildRunner implements RunnerSource {
  readonly #options: ChildRunnerOptions
  #child: ChildProcess | undefined
  #link: RunnerLink | undefined
  #starting: Promise<void> | undefined
  #problem: string | undefined
  #stopped = false

  constructor(options: ChildRunnerOptions) {
    this.#options = options
  }

  links(): readonly RunnerLink[] {
    return this.#link === undefined ? [] : [this.#link]
  }

  problem(): string | undefined {
    return this.#problem
  }

  async ready(): Promise<void> {
    if (this.#link !== undefined || this.#stopped) return
    await (this.#starting ??= this.#start().finally(() => (this.#starting = undefined)))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#starting
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.stdin!.end()
    const late = setTimeout(() => child.kill('SIGKILL'), endTime)
    await ended
    clearTimeout(late)
  }

  async #start(): Promise<void> {
    const { program, limits, log } = this.#options
    const token = randomBytes(32).toString('hex')
    // no credentials, no proxies, no options for Node: nothing of this process's surroundings
    const env = { TZ: 'UTC', ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }) }
    const child = spawn(process.execPath, [program], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
    child.stdin.on('error', () => undefined)
    const settings: ChildSettings = { token, limits }
    child.stdin.write(`${JSON.stringify(settings)}\n`)
    const late = setTimeout(() => child.kill('SIGKILL'), startTime)
    try {
      const url = await new Promise<string>((resolve, reject) => {
        createInterface({ input: child.stdout }).on('line', (text) => {
          try {
            const line = readChildLine(text)
            if ('url' in line) resolve(line.url)
            else log[line.level](line.message, line.data)
          } catch {
            log.warn('The runner wrote what it should not', { pid: child.pid, text: text.slice(0, longestTold) })
          }
        })
        child.on('error', reject)
        child.on('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code} ${errors}`.trim())))
      })
      const link = await RunnerLink.open({ url, token, log })
      this.#link = link
      this.#problem = undefined
      log.info('A runner was started', { pid: child.pid })
      void link.closed.then(() => {
        this.#link = undefined
        // without its connection it is of no use
        child.kill('SIGKILL')
        if (!this.#stopped) log.warn('The runner ended; the next run starts another', { pid: child.pid, errors })
      })
    } catch (error) {
      child.kill('SIGKILL')
      this.#problem = `The runner of this process did not start: ${(error as Error).message}`
      log.error('The runner did not start', { error })
    } finally {
      clearTimeout(late)
    }
  }
}
