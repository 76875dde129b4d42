import { Session } from 'node:inspector/promises'
import { parentPort, resourceLimits, workerData } from 'node:worker_threads'
import { removeCrash, writeCrash, type CrashNote } from '@parley/services/crash-note'
import type { PluginPlace } from '../plugins/plugin-places.ts'
import { heapShares, suspectOf } from './heap-shares.ts'

export interface MemoryThreadSettings {
  readonly places: readonly PluginPlace[]
  readonly folder: string
  readonly note: Pick<CrashNote, 'id' | 'process' | 'onceEnded'>
  /** Bytes of the old generation; V8's own choice without it. */
  readonly limit?: number
}

/** Once for each time that memory comes near its end. */
export interface FromMemoryThread {
  readonly megabytes: number
  readonly of: number
  /** Who holds most of what was taken last, if one plugin does. */
  readonly plugin?: string
  readonly held?: number
}

// Milliseconds. What allocates as fast as it can takes 400 MB a second.
const lookEvery = 100
const lookCloselyEvery = 40
const lookAtLeastEvery = 2_000
// Shares of the limit.
const sampleFrom = 0.5
const sampleUntil = 0.4
const judgeFrom = 0.75
const judgeAgain = 0.05
/** A judgement collects all garbage first, which stops the main thread: some tenths of a second. */
const judgeAtLeastEvery = 30_000
/** Bytes from one sample to the next, on average. */
const samplingInterval = 256 * 1024
const megabyte = 2 ** 20

/** Looks at the heap of the main thread through the engine's inspector, which answers also in the middle of a loop that never ends. */
export class MemoryThread {
  readonly #settings: MemoryThreadSettings
  readonly #limit: number
  readonly #tell: (what: FromMemoryThread) => void
  #session: Session | undefined
  /** Bytes that are resident and not of the heap, as of the last look. */
  #other = 0
  #lookedAt = -Infinity
  #sampling = false
  #judged: { readonly at: number; readonly used: number } | undefined
  #noted = false
  /** The plugin that was told, empty where there was none. */
  #told: string | undefined

  constructor(settings: MemoryThreadSettings, limit: number, tell: (what: FromMemoryThread) => void) {
    this.#settings = settings
    this.#limit = limit
    this.#tell = tell
  }

  /** Answers after how many milliseconds to look again. */
  async look(): Promise<number> {
    const resident = process.memoryUsage.rss()
    if (!this.#sampling && !this.#mayBeNear(resident)) return lookEvery
    const session = this.#connected()
    const { used, total } = await heapOf(session)
    this.#other = Math.max(0, resident - total)
    this.#lookedAt = performance.now()
    if (used < this.#limit * judgeFrom) this.#calm()
    if (this.#sampling && used < this.#limit * sampleUntil) {
      await session.post('HeapProfiler.stopSampling')
      this.#sampling = false
    } else if (!this.#sampling && used >= this.#limit * sampleFrom) {
      await session.post('HeapProfiler.startSampling', { samplingInterval })
      this.#sampling = true
    }
    if (used >= this.#limit * judgeFrom && this.#isDue(used)) await this.#judge(session, used)
    return this.#sampling ? lookCloselyEvery : lookEvery
  }

  stop(): void {
    this.#calm()
    this.#disconnect()
  }

  /** By what is resident, which disturbs nobody: the heap is no larger. */
  #mayBeNear(resident: number): boolean {
    const from = this.#limit * sampleFrom
    if (resident < from) this.#disconnect()
    return resident - this.#other >= from || (resident >= from && performance.now() - this.#lookedAt >= lookAtLeastEvery)
  }

  #isDue(used: number): boolean {
    const { at, used: before } = this.#judged ?? { at: -Infinity, used: 0 }
    return used >= before + this.#limit * judgeAgain || performance.now() - at >= judgeAtLeastEvery
  }

  async #judge(session: Session, used: number): Promise<void> {
    const { profile } = await session.post('HeapProfiler.getSamplingProfile')
    this.#judged = { at: performance.now(), used }
    // the garbage is gone by now
    const { used: left } = await heapOf(session)
    if (left < this.#limit * judgeFrom) return this.#takeBack()
    const shares = heapShares(profile.head, this.#settings.places)
    const suspect = suspectOf(shares, this.#limit)
    const [megabytes, of] = [inMegabytes(left), inMegabytes(this.#limit)]
    if (suspect === undefined) this.#takeBack()
    else {
      const held = `${inMegabytes(suspect.held)} of the ${inMegabytes(shares.all)} MB taken last`
      const message = `memory ran out: ${megabytes} of ${of} MB were in use, and ${held} were its own`
      writeCrash(this.#settings.folder, { ...this.#settings.note, plugin: suspect.plugin, at: new Date(), message })
      this.#noted = true
    }
    const told = suspect?.plugin ?? ''
    if (told !== this.#told) this.#tell({ megabytes, of, ...(suspect && { plugin: suspect.plugin, held: inMegabytes(suspect.held) }) })
    this.#told = told
  }

  #calm(): void {
    this.#takeBack()
    if (this.#judged === undefined || performance.now() - this.#judged.at < judgeAtLeastEvery) return
    this.#judged = undefined
    this.#told = undefined
  }

  #takeBack(): void {
    if (this.#noted) removeCrash(this.#settings.folder, this.#settings.note.id)
    this.#noted = false
  }

  #connected(): Session {
    if (this.#session === undefined) {
      this.#session = new Session()
      this.#session.connectToMainThread()
    }
    return this.#session
  }

  #disconnect(): void {
    this.#session?.disconnect()
    this.#session = undefined
  }
}

/** Bytes of objects, garbage among them, and of the memory that they lie in. */
async function heapOf(session: Session): Promise<{ readonly used: number; readonly total: number }> {
  // the types of Node 20 do not know the answer
  const { usedSize: used, totalSize: total } = (await session.post('Runtime.getHeapUsage')) as unknown as { usedSize: number; totalSize: number }
  return { used, total }
}

const inMegabytes = (bytes: number): number => Math.round(bytes / megabyte)

/** What the thread does until it is told to stop. */
export function serveMemoryThread(): void {
  const settings = workerData as MemoryThreadSettings
  // a thread for which nothing else was said has the limits of the main one
  const limit = settings.limit ?? (resourceLimits.maxOldGenerationSizeMb ?? Infinity) * megabyte
  const port = parentPort!
  const thread = new MemoryThread(settings, limit, (what) => port.postMessage(what))
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const look = async (): Promise<void> => {
    const pause = await thread.look()
    if (!ended) timer = setTimeout(begin, pause)
  }
  // one that fails ends the thread, with its error
  const begin = (): void =>
    void look().catch((error: unknown) => {
      if (!ended) throw error
    })
  port.once('message', () => {
    ended = true
    clearTimeout(timer)
    thread.stop()
    port.close()
  })
  begin()
}
