import { io, type Socket } from 'socket.io-client'

/** How the server acknowledges an event. */
export interface Answer<T> {
  readonly ok: boolean
  readonly data?: T
  readonly problem?: { readonly code?: string; readonly detail?: string; readonly status?: number }
}

export interface ConnectionOptions {
  readonly url: string
  /** Asked at every connection. */
  readonly auth: () => object
  connected(): void
  /** With a sentence, the server refused for good. */
  lost(refused?: string): void
  topic(event: unknown): void
  sequences(list: readonly { readonly sequence: number }[]): void
}

const answerWithin = 15_000
const again = 3000
/** Before it moves to another process, the connection waits so long for answers that are under way. */
const longestFarewell = 2500
/** A refusal that stays until the page is loaded again; anything else is tried again. */
const final = new Set(['forbidden', 'bad_signature', 'not_found', 'invalid_input'])

/** The socket to the server, opened once and kept open. */
export class Connection {
  readonly #options: ConnectionOptions
  #socket: Socket | undefined
  #moving = false
  readonly #asked = new Set<Promise<unknown>>()

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  get connected(): boolean {
    return this.#socket?.connected === true
  }

  open(): void {
    if (this.#socket !== undefined) return
    const { url, auth, connected, lost, topic, sequences } = this.#options
    const socket = io(url, { transports: ['websocket'], auth: (give) => give(auth()), reconnectionDelayMax: 10_000 })
    this.#socket = socket
    socket.on('connect', connected)
    socket.on('disconnect', () => {
      if (this.#moving) return
      lost()
      this.#revive(socket)
    })
    socket.on('connect_error', (error: Error & { data?: { code?: string; detail?: string } }) => {
      if (!final.has(error.data?.code ?? '')) {
        lost()
        this.#revive(socket)
        return
      }
      socket.disconnect()
      lost(error.data?.detail ?? error.message)
    })
    socket.on('reconnect', ({ after }: { after: number }) => void setTimeout(() => void this.#move(socket), after))
    socket.on('topic', topic)
    socket.on('sequences', sequences)
    // Faster than the heartbeat of the socket, which needs most of a minute.
    addEventListener('offline', this.#cut)
    addEventListener('online', this.#retry)
  }

  close(): void {
    removeEventListener('offline', this.#cut)
    removeEventListener('online', this.#retry)
    this.#socket?.removeAllListeners()
    this.#socket?.disconnect()
  }

  request<T = { id: string; number: number }>(event: string, payload: object): Promise<Answer<T>> {
    if (this.#socket?.connected !== true) return Promise.reject(new Error('offline'))
    const answer = this.#socket.timeout(answerWithin).emitWithAck(event, payload) as Promise<Answer<T>>
    const done = (): void => void this.#asked.delete(answer)
    this.#asked.add(answer)
    answer.then(done, done)
    return answer
  }

  /** For what is worth nothing later. */
  tell(event: string, payload: object): void {
    this.#socket?.volatile.emit(event, payload)
  }

  /** The process behind the connection stops; another one is there. What is asked meanwhile is asked again by whoever asked. */
  async #move(socket: Socket): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, longestFarewell))
    await Promise.race([Promise.allSettled(this.#asked), late])
    if (socket !== this.#socket || !socket.connected) return
    this.#moving = true
    socket.disconnect()
    this.#moving = false
    socket.connect()
  }

  /** The socket tries again by itself only when the connection was lost, not when the server said no. */
  #revive(socket: Socket): void {
    if (!socket.active) setTimeout(() => socket === this.#socket && socket.connect(), again)
  }

  readonly #cut = (): void => {
    this.#socket?.io.engine.close()
  }

  readonly #retry = (): void => {
    if (this.#socket?.connected === false && this.#socket.active) this.#socket.connect()
  }
}
