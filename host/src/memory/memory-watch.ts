import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Logger } from '@parley/plugin-api'
import { processName, thisProcess } from '@parley/services'
import { crashFolder, removeCrash } from '@parley/services/crash-note'
import type { FoundPlugin } from '../plugins/installed-plugins.ts'
import { pluginPlaces } from '../plugins/plugin-places.ts'
import { declaredLimit } from './memory-limit.ts'
import type { FromMemoryThread, MemoryThreadSettings } from './memory-thread.ts'

export interface MemoryWatchOptions {
  /** The address of the program of this process, which the thread runs, too. */
  readonly program: string
  readonly found: readonly Pick<FoundPlugin, 'id' | 'directory'>[]
  readonly dataDir: string
  readonly log: Logger
}

const patience = 1_000

/**
 * Watches the heap of this process from a thread of its own, which sees also what never lets go of the main one. Near the end it writes down which plugin took
 * most of what was taken last; the note counts as a crash when the process ends without taking it back.
 */
export class MemoryWatch {
  readonly #worker: Worker
  readonly #folder: string
  readonly #id = randomUUID()

  constructor({ program, found, dataDir, log }: MemoryWatchOptions) {
    this.#folder = crashFolder(dataDir)
    const mark = thisProcess()
    const limit = declaredLimit(process.execArgv, process.env['NODE_OPTIONS'])
    const workerData: MemoryThreadSettings = {
      places: pluginPlaces(found),
      folder: this.#folder,
      note: { id: this.#id, process: processName(mark), onceEnded: mark },
      ...(limit === undefined ? {} : { limit }),
    }
    this.#worker = new Worker(new URL(program), { workerData, env: {}, execArgv: [], name: 'memory' })
    this.#worker.on('message', (told: FromMemoryThread) => log.warn('The memory of this process is nearly used up', { ...told }))
    this.#worker.on('error', (error) => log.warn('The memory of this process is not watched; should it run out, no plugin is blamed', { error }))
    this.#worker.unref()
  }

  /** At once: how the process ends from now on has nothing to do with its memory. */
  takeBack(): void {
    try {
      removeCrash(this.#folder, this.#id)
    } catch {
      // the folder is no folder, so there is no note either
    }
  }

  /** Leaves the main thread alone, so that Node does not wait for a debugger when it ends. */
  async stop(): Promise<void> {
    if (this.#worker.threadId === -1) return
    const ended = once(this.#worker, 'exit')
    this.#worker.postMessage('stop')
    const late = setTimeout(() => void this.#worker.terminate(), patience)
    await ended.catch(() => undefined)
    clearTimeout(late)
  }
}
