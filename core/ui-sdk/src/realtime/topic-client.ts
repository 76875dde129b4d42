import { readonly, ref, type Ref } from 'vue'
import { stableJson } from './stable-json.ts'

/** `idle`: nothing is followed; `lost`: it was there and is being made again. */
export type ConnectionState = 'idle' | 'connecting' | 'live' | 'lost'

/** The part of a socket.io client that is used. */
export interface TopicSocket {
  readonly connected: boolean
  readonly active: boolean
  connect(): unknown
  disconnect(): unknown
  on(event: string, handler: (...parts: never[]) => void): unknown
  emit(event: string, ...parts: unknown[]): unknown
}

/** Why the server refused a subscription. */
export interface TopicProblem {
  readonly code: string
  readonly detail: string
}

export interface TopicListener {
  message(payload: unknown): void
  /** What was read before may be incomplete: read it again. */
  resync(reason: 'subscribed' | 'gap' | 'reconnected'): void
  refused(problem: TopicProblem): void
}

/** One connection for all topics of the shell; subscriptions to the same topic and key share one. */
export interface TopicClient {
  readonly state: Readonly<Ref<ConnectionState>>
  subscribe(topic: string, key: unknown, listener: TopicListener): () => void
  /** After the sign-in changed: the old connection would go on as the old person. */
  restart(): void
  stop(): void
}

export interface TopicClientParts {
  /** Opens the namespace `/shell`; the handshake carries the current token. */
  readonly open: () => Promise<TopicSocket>
  readonly refresh: () => Promise<boolean>
  /** Milliseconds before a refused connection is tried again. */
  readonly pause?: number
}

/** A heartbeat may overtake a message; after this long (milliseconds) the message counts as lost. */
const onItsWay = 1_000

interface Entry {
  readonly topic: string
  readonly key: unknown
  readonly listeners: Set<TopicListener>
  sequence: number | undefined
  known: boolean
}

type Ack = { readonly ok: true; readonly sequence: number } | { readonly ok?: false; readonly problem: TopicProblem }

/** @internal */
export function createTopicClient({ open, refresh, pause = 2_000 }: TopicClientParts): TopicClient {
  const entries = new Map<string, Entry>()
  const state = ref<ConnectionState>('idle')
  let socket: TopicSocket | undefined
  let opening: Promise<void> | undefined
  let stopped = false
  let moving = false

  const idOf = (topic: string, key: unknown): string => `${topic} ${stableJson(key)}`
  const tell = (entry: Entry, how: (listener: TopicListener) => void): void => [...entry.listeners].forEach(how)

  function ask(entry: Entry): void {
    socket?.emit('subscribe', { topic: entry.topic, key: entry.key }, (ack: Ack) => {
      if (!entry.listeners.size) return
      if ('problem' in ack) return tell(entry, (listener) => listener.refused(ack.problem))
      const before = entry.sequence
      const first = !entry.known
      entry.known = true
      entry.sequence = Math.max(before ?? 0, ack.sequence)
      if (first) tell(entry, (listener) => listener.resync('subscribed'))
      else if (before !== ack.sequence) tell(entry, (listener) => listener.resync('reconnected'))
    })
  }

  function received(message: { topic: string; key: unknown; sequence: number; payload: unknown }): void {
    const entry = entries.get(idOf(message.topic, message.key))
    if (!entry) return
    const before = entry.sequence
    if (before !== undefined && message.sequence <= before) return
    entry.sequence = message.sequence
    tell(entry, (listener) => listener.message(message.payload))
    if (before !== undefined && message.sequence > before + 1) tell(entry, (listener) => listener.resync('gap'))
  }

  /** The server asks again from time to time whether this person may follow what it follows. */
  function dropped({ topic, key, problem }: { topic: string; key: unknown; problem: TopicProblem }): void {
    const entry = entries.get(idOf(topic, key))
    if (entry) tell(entry, (listener) => listener.refused(problem))
  }

  /** The server's heartbeat names the last number of each topic: so even a lost last message is noticed. */
  function compared(numbers: readonly { topic: string; key: unknown; sequence: number }[]): void {
    for (const { topic, key, sequence } of numbers) {
      const entry = entries.get(idOf(topic, key))
      if (entry && (entry.sequence ?? Infinity) < sequence) setTimeout(() => catchUp(entry, sequence), onItsWay)
    }
  }

  function catchUp(entry: Entry, sequence: number): void {
    if ((entry.sequence ?? Infinity) >= sequence) return
    entry.sequence = sequence
    tell(entry, (listener) => listener.resync('gap'))
  }

  async function refused(): Promise<void> {
    // `active` means socket.io tries again by itself; otherwise the server said no, mostly because the token is too old
    if (!socket || socket.active || stopped) return
    const renewed = await refresh().catch(() => true)
    if (renewed && !stopped) setTimeout(() => stopped || socket?.connect(), pause)
  }

  /** The process behind the connection stops. Another one is there, and topics are followed again as after any new connection. */
  function move(current: TopicSocket, after: number): void {
    setTimeout(() => {
      if (socket !== current || !current.connected) return
      moving = true
      state.value = 'connecting'
      current.disconnect()
      moving = false
      current.connect()
    }, after)
  }

  async function connect(): Promise<void> {
    state.value = 'connecting'
    const next = await open()
    if (stopped) {
      next.disconnect()
      return
    }
    socket = next
    next.on('connect', () => {
      state.value = 'live'
      for (const entry of entries.values()) ask(entry)
    })
    next.on('disconnect', () => {
      if (moving) return
      state.value = 'lost'
      void refused()
    })
    next.on('connect_error', () => {
      state.value = 'lost'
      void refused()
    })
    next.on('topic', received as never)
    next.on('sequences', compared as never)
    next.on('unsubscribed', dropped as never)
    next.on('reconnect', (({ after }: { after: number }) => move(next, after)) as never)
    if (!next.connected) next.connect()
  }

  const start = (): void => {
    stopped = false
    opening ??= connect().catch(() => {
      opening = undefined
      state.value = 'lost'
      if (entries.size) setTimeout(() => stopped || start(), pause)
    })
  }

  const stop = (): void => {
    stopped = true
    socket?.disconnect()
    socket = undefined
    opening = undefined
    state.value = 'idle'
  }

  return {
    state: readonly(state),
    stop,
    restart() {
      stop()
      if (entries.size) start()
    },
    subscribe(topic, key, listener) {
      const id = idOf(topic, key)
      let entry = entries.get(id)
      if (entry) {
        entry.listeners.add(listener)
        // others already follow the topic; this one has read nothing yet
        if (entry.known) listener.resync('subscribed')
      } else {
        entry = { topic, key, listeners: new Set([listener]), sequence: undefined, known: false }
        entries.set(id, entry)
        start()
        if (socket?.connected) ask(entry)
      }
      return () => {
        entry.listeners.delete(listener)
        if (entry.listeners.size || entries.get(id) !== entry) return
        entries.delete(id)
        if (socket?.connected) socket.emit('unsubscribe', { topic, key })
      }
    },
  }
}
