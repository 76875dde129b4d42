import type { UserCodeLogLine } from '@parley/plugin-api'
import type { WebSocket } from 'ws'
import { logLimits, type CallerMessage, type RunnerMessage, type RunnerState, type RunRequest } from '../protocol.ts'
import type { SandboxPool } from '../sandbox/sandbox-pool.ts'

/** A process that wants code to run. What it asked for ends with its connection. */
export class CallerConnection {
  readonly #socket: WebSocket
  readonly #pool: SandboxPool
  readonly #timeLimit: number
  readonly #runs = new Map<number, RunRequest>()

  /** @param timeLimit milliseconds a run may ask for at most. */
  constructor(socket: WebSocket, pool: SandboxPool, timeLimit: number) {
    this.#socket = socket
    this.#pool = pool
    this.#timeLimit = timeLimit
    socket.on('message', (data) => {
      try {
        this.#heard(JSON.parse((data as Buffer).toString()) as CallerMessage)
      } catch {
        // who knows the token and speaks something else is of another release; what it asked for is lost for it
        socket.close(1002)
      }
    })
    socket.on('close', () => {
      for (const request of this.#runs.values()) pool.cancel(request)
      this.#runs.clear()
    })
    this.tellState(pool.state())
  }

  tellState(state: RunnerState): void {
    this.#tell({ type: 'state', state })
  }

  #heard(message: CallerMessage): void {
    const { id } = message
    if (message.type === 'run') return this.#run(message)
    const request = this.#runs.get(id)
    if (request === undefined) return
    if (message.type === 'answer') return this.#pool.answer(request, message.call, message.answer)
    this.#runs.delete(id)
    this.#pool.cancel(request)
  }

  #run({ id, type: _, ...asked }: Extract<CallerMessage, { type: 'run' }>): void {
    const request: RunRequest = { ...asked, timeLimit: Math.min(asked.timeLimit, this.#timeLimit) }
    let lines: UserCodeLogLine[] = []
    let written = 0
    const log = (): UserCodeLogLine[] => {
      const written = lines
      lines = []
      return written
    }
    this.#runs.set(id, request)
    this.#pool.add({
      request,
      write: ({ level, text }) => {
        if (written++ <= logLimits.lines) lines.push({ level, text: text.slice(0, logLimits.characters) })
      },
      call: (call, name, args) => this.#tell({ type: 'call', id, call, name, args, log: log() }),
      done: (outcome, duration) => {
        this.#runs.delete(id)
        this.#tell({ type: 'done', id, outcome, log: log(), duration })
      },
    })
  }

  #tell(message: RunnerMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message))
  }
}
