import type { LookupAddress } from 'node:dns'
import type { Logger, UserCodeLogLine } from '@parley/plugin-api'
import { WebSocket } from 'ws'
import { largestMessage, type Answer, type CallerMessage, type Outcome, type RunnerState, type RunRequest } from './protocol.ts'
import { readRunnerMessage } from './said-by-runner.ts'

/** A run that has ended, well or not. */
export interface EndedRun {
  readonly outcome: Outcome
  readonly log: readonly UserCodeLogLine[]
  /** Milliseconds. */
  readonly duration: number
}

/** What a run in the hands of a runner needs of this process. */
export interface LinkedRun {
  readonly request: RunRequest
  /** Asks a function of the caller. */
  call(name: string, args: string): Promise<Answer>
  readonly signal: AbortSignal
}

export interface RunnerLinkOptions {
  readonly url: string
  /** Of the several that the name of `url` has. */
  readonly address?: LookupAddress
  readonly token: string
  readonly log: Logger
}

interface Pending extends LinkedRun {
  readonly log: UserCodeLogLine[]
  end(ended: EndedRun): void
}

/** Milliseconds until a connection is there or is not. */
const connectTime = 2000
/** Milliseconds between signs of life. */
const rhythm = 5000

/** A connection to one runner, from the first byte to the last; what runs when it closes is lost. */
export class RunnerLink {
  readonly #options: RunnerLinkOptions
  readonly #socket: WebSocket
  readonly #pending = new Map<number, Pending>()
  readonly #closed: Promise<void>
  #state: RunnerState | undefined
  #next = 0
  #heard = true
  #problem: string | undefined

  private constructor(options: RunnerLinkOptions) {
    const { url, address, token } = options
    this.#options = options
    this.#socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      maxPayload: largestMessage,
      handshakeTimeout: connectTime,
      ...(address === undefined
        ? {}
        : { lookup: (_name, { all }, found) => (all ? found(null, [address]) : found(null, address.address, address.family)) }),
    })
    const beat = setInterval(() => this.#beat(), rhythm)
    this.#socket.on('pong', () => (this.#heard = true))
    this.#socket.on('error', (error) => (this.#problem ??= error.message))
    this.#socket.on('unexpected-response', (_request, { statusCode }) => {
      this.#problem = statusCode === 401 ? 'it does not accept the token (runner.token, PARLEY_RUNNER_TOKEN)' : `it answers ${statusCode}`
      this.#socket.terminate()
    })
    this.#closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        clearInterval(beat)
        this.#state = undefined
        for (const one of this.#pending.values()) one.end(lost(one.log))
        this.#pending.clear()
        resolve()
      })
    })
  }

  /** Rejects with a sentence that says why there is none. */
  static async open(options: RunnerLinkOptions): Promise<RunnerLink> {
    const link = new RunnerLink(options)
    // who accepts a connection and says nothing is no runner
    const late = setTimeout(() => {
      link.#problem = 'it says nothing'
      link.#socket.terminate()
    }, 2 * connectTime)
    try {
      await new Promise<void>((resolve, reject) => {
        link.#socket.on('message', (data) => {
          link.#heard = true
          if (link.#take((data as Buffer).toString())) resolve()
        })
        void link.#closed.then(() => reject(new Error(link.#problem ?? 'it ended the connection')))
      })
    } finally {
      clearTimeout(late)
    }
    return link
  }

  get closed(): Promise<void> {
    return this.#closed
  }

  get state(): RunnerState | undefined {
    return this.#state
  }

  /** Takes runs. */
  get open(): boolean {
    return this.#state !== undefined && !this.#state.draining
  }

  /** How much it has to do for each that it can do at once; what it said may be a moment old. */
  get load(): number {
    const { running = 0, waiting = 0, parallel = 1 } = this.#state ?? {}
    return Math.max(running + waiting, this.#pending.size) / parallel
  }

  /** `patience`: milliseconds after which a runner that says nothing has lost the run. Rejects with the reason of the signal. */
  run(run: LinkedRun, patience: number): Promise<EndedRun> {
    const id = ++this.#next
    return new Promise((resolve, reject) => {
      const drop = (): void => {
        this.#pending.delete(id)
        clearTimeout(timer)
        run.signal.removeEventListener('abort', aborted)
      }
      const aborted = (): void => {
        drop()
        this.#tell({ type: 'cancel', id })
        reject(run.signal.reason as Error)
      }
      const log: UserCodeLogLine[] = []
      const end = (ended: EndedRun): void => {
        drop()
        resolve(ended)
      }
      const timer = setTimeout(() => {
        this.#tell({ type: 'cancel', id })
        end(lost(log))
      }, patience)
      run.signal.addEventListener('abort', aborted)
      this.#pending.set(id, { ...run, log, end })
      this.#tell({ type: 'run', id, ...run.request })
    })
  }

  close(): Promise<void> {
    this.#socket.terminate()
    return this.#closed
  }

  /** True for the first sign that the other side is a runner. What it says is not trusted further than that: code of users is near it. */
  #take(text: string): boolean {
    try {
      const message = readRunnerMessage(text)
      const first = this.#state === undefined
      if (message.type === 'state') {
        this.#state = message.state
        return first
      }
      const run = this.#pending.get(message.id)
      if (run === undefined) return false
      run.log.push(...message.log)
      if (message.type === 'done') run.end({ outcome: message.outcome, log: run.log, duration: message.duration })
      else void run.call(message.name, message.args).then((answer) => this.#tell({ type: 'answer', id: message.id, call: message.call, answer }))
    } catch (error) {
      this.#options.log.error('A runner said what it should not; its connection is ended', { url: this.#options.url, error })
      this.#socket.terminate()
    }
    return false
  }

  #tell(message: CallerMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #beat(): void {
    if (!this.#heard) {
      this.#problem = 'it gave no sign of life'
      return this.#socket.terminate()
    }
    this.#heard = false
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }
}

export const lost = (log: readonly UserCodeLogLine[]): EndedRun => ({
  outcome: {
    failure: { reason: 'lost', message: 'The process that ran the code ended in the middle. What the code asked for before that has happened.' },
  },
  log,
  duration: 0,
})
