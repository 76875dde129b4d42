import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { endWithThisProcess, freePort, until } from '@parley/test-kit'

/** A process of Parley under a supervisor: whatever ends it, it is started again. */
class Supervised {
  readonly url: string
  readonly #start: () => ChildProcess
  #child: ChildProcess | undefined
  #release: () => void = () => undefined
  #running: Promise<void> | undefined
  #stopping = false
  starts = 0

  constructor(url: string, start: () => ChildProcess) {
    this.url = url
    this.#start = start
  }

  run(): void {
    this.#running = (async () => {
      while (!this.#stopping) {
        await this.#once()
        // as supervisors do, so that a process that cannot start does not take the machine
        await delay(250)
      }
    })()
  }

  async ready(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok
    } catch {
      return false
    }
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#child?.kill('SIGKILL')
    await this.#running
  }

  async #once(): Promise<void> {
    const child = this.#start()
    this.starts++
    this.#child = child
    this.#release = endWithThisProcess(child.pid)
    await new Promise<void>((resolve) => void child.once('exit', () => resolve()).once('error', () => resolve()))
    this.#release()
  }
}

export interface HostProcesses {
  readonly urls: readonly string[]
  kill(index: number): void
  /** Starts of all processes so far. */
  readonly starts: number
  /** All of them answer that they are ready. */
  ready(within: number): Promise<void>
  stop(): Promise<void>
}

export interface HostProcessesOptions {
  readonly root: string
  readonly home: string
  readonly count: number
  readonly variables: Readonly<Record<string, string>>
  /** Where their output goes. */
  readonly logFile: string
}

export const startHostProcesses = async ({ root, home, count, variables, logFile }: HostProcessesOptions): Promise<HostProcesses> => {
  const log: WriteStream = createWriteStream(logFile, { flags: 'a' })
  const processes = await Promise.all(
    Array.from({ length: count }, async () => {
      const port = await freePort()
      const { DATABASE_URL: _, REDIS_URL: __, ...inherited } = process.env
      const env = { ...inherited, NODE_ENV: 'production', PARLEY_HOME: home, PARLEY_LOG_LEVEL: 'warn', PORT: String(port), ...variables }
      return new Supervised(`http://127.0.0.1:${port}`, () => {
        const child = spawn(process.execPath, [join(root, 'host/dist/main.js'), 'start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void log.write(chunk))
        return child
      })
    }),
  )
  for (const one of processes) one.run()
  return {
    urls: processes.map(({ url }) => url),
    kill: (index) => processes[index]!.kill(),
    get starts() {
      return processes.reduce((sum, { starts }) => sum + starts, 0)
    },
    ready: async (within) => {
      await Promise.all(processes.map((one) => until(() => one.ready(), { within })))
    },
    stop: async () => {
      await Promise.all(processes.map((one) => one.stop()))
      log.end()
    },
  }
}
