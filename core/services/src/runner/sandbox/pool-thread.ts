import { Worker } from 'node:worker_threads'
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.ts'

export interface PoolThreadOptions {
  /** The compiled program of this package: the thread runs it, too. */
  readonly program: string
  readonly settings: ThreadSettings
  onMessage(thread: PoolThread, message: FromThread): void
  onEnd(thread: PoolThread, error: Error | undefined): void
}

/** MB of the thread outside the engine: what it copies in and out. */
const heap = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 8 }

/** A thread with a sandbox in it. */
export class PoolThread {
  readonly #worker: Worker
  #error: Error | undefined
  /** Runs that it has begun. */
  runs = 0

  constructor({ program, settings, onMessage, onEnd }: PoolThreadOptions) {
    this.#worker = new Worker(program, { workerData: settings, env: {}, resourceLimits: heap, stdout: true, stderr: true })
    // an engine that gives up says so on these; what matters of it comes as a failure
    this.#worker.stdout.resume()
    this.#worker.stderr.resume()
    this.#worker.on('message', (message: FromThread) => onMessage(this, message))
    this.#worker.on('error', (error) => (this.#error = error as Error))
    this.#worker.on('exit', () => onEnd(this, this.#error))
  }

  tell(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
