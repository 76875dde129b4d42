import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Role } from '@parley/plugin-api'
import { endWithThisProcess, until } from '@parley/test-kit'

export interface ClusterProcessOptions {
  readonly root: string
  readonly roles: readonly Role[]
  readonly port: number
  readonly variables: Readonly<Record<string, string>>
  readonly log: WriteStream
}

const startLimit = 120_000

/** One process of the cluster, started from one installation or the next one. */
export class ClusterProcess {
  readonly roles: readonly Role[]
  readonly url: string
  readonly #options: ClusterProcessOptions
  #child: ChildProcess | undefined
  #release: () => void = () => undefined
  starts = 0

  constructor(options: ClusterProcessOptions) {
    this.#options = options
    this.roles = options.roles
    this.url = `http://127.0.0.1:${options.port}`
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  start(home: string): void {
    const { root, roles, port, variables, log } = this.#options
    const child = spawn(process.execPath, [join(root, 'host/dist/main.js'), 'start', '--role', roles.join(',')], {
      cwd: root,
      env: { ...variables, PARLEY_HOME: home, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void log.write(chunk))
    this.#release = endWithThisProcess(child.pid)
    this.#child = child
    this.starts++
  }

  async ready(): Promise<void> {
    await until(async () => (await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) })).ok, { within: startLimit })
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Asks it to end in order, and answers how it ended. */
  async drain(): Promise<number | null> {
    return await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = once(child, 'exit')
    child.kill(signal)
    const [code] = (await ended) as [number | null]
    this.#release()
    return code
  }
}

/** A command of Parley that ends. */
export const parley = (root: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [join(root, 'host/dist/main.js'), ...args], { cwd: root, env })
