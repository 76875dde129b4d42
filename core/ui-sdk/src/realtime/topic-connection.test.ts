import { expect, test, vi } from 'vitest'
import { createTopicClient, type TopicListener, type TopicProblem } from './topic-client.ts'

/** The far side of the protocol, driven by the test. */
function server() {
  const handlers = new Map<string, (...parts: never[]) => void>()
  const sequences = new Map<string, number>()
  const emitted: { event: string; subject: { topic: string } }[] = []
  let problem: TopicProblem | undefined
  const fire = (event: string, part?: unknown): void => (handlers.get(event) as ((part: unknown) => void) | undefined)?.(part)
  const socket = {
    connected: false as boolean,
    active: true as boolean,
    on: (event: string, handler: (...parts: never[]) => void) => handlers.set(event, handler),
    connect() {
      socket.connected = true
      fire('connect')
    },
    disconnect() {
      socket.connected = false
    },
    emit(event: string, ...parts: unknown[]) {
      const [subject, acknowledge] = parts as [{ topic: string }, ((ack: unknown) => void) | undefined]
      emitted.push({ event, subject })
      acknowledge?.(problem ? { problem } : { ok: true, sequence: sequences.get(subject.topic) ?? 0 })
    },
  }
  return {
    socket,
    emitted,
    sequences,
    fire,
    refuse: (reason: TopicProblem) => (problem = reason),
    message: (topic: string, key: unknown, sequence: number) => fire('topic', { topic, key, sequence, payload: sequence }),
    drop() {
      socket.connected = false
      fire('disconnect')
    },
  }
}

function listener() {
  const seen: string[] = []
  const own: TopicListener = {
    message: (payload) => seen.push(`message ${String(payload)}`),
    resync: (reason) => seen.push(reason),
    refused: ({ code }) => seen.push(`refused ${code}`),
  }
  return { seen, own }
}

const opened = async (far: ReturnType<typeof server>, refresh: () => Promise<boolean> = async () => true) => {
  const client = createTopicClient({ open: async () => far.socket, refresh, pause: 0 })
  const { seen, own } = listener()
  const leave = client.subscribe('acme.things@1', { b: 2, a: 1 }, own)
  await vi.waitFor(() => expect(client.state.value).toBe('live'))
  return { client, seen, leave }
}

test('after a lost connection only what moved meanwhile is read again', async () => {
  const far = server()
  const { seen, client } = await opened(far)
  far.message('acme.things@1', { a: 1, b: 2 }, 1)
  far.drop()
  expect(client.state.value).toBe('lost')
  far.sequences.set('acme.things@1', 1)
  far.socket.connect()
  expect(seen).toEqual(['subscribed', 'message 1'])
  far.drop()
  far.sequences.set('acme.things@1', 7)
  far.socket.connect()
  expect(seen).toEqual(['subscribed', 'message 1', 'reconnected'])
})

test('listeners of one topic and key share a subscription, which ends with the last of them', async () => {
  const far = server()
  const { client, leave } = await opened(far)
  const second = listener()
  const leaveSecond = client.subscribe('acme.things@1', { a: 1, b: 2 }, second.own)
  expect(second.seen).toEqual(['subscribed'])
  leave()
  far.message('acme.things@1', { a: 1, b: 2 }, 1)
  expect(second.seen).toEqual(['subscribed', 'message 1'])
  leaveSecond()
  expect(far.emitted.map(({ event }) => event)).toEqual(['subscribe', 'unsubscribe'])
})

test('a refusal is told to the listener', async () => {
  const far = server()
  far.refuse({ code: 'forbidden', detail: 'Not yours.' })
  const { seen } = await opened(far)
  expect(seen).toEqual(['refused forbidden'])
})

test('a connection the server refuses is opened again with a new token, and given up without one', async () => {
  const far = server()
  far.socket.active = false
  const answers = [true, false]
  const refresh = vi.fn(async () => answers.shift() ?? false)
  const { client } = await opened(far, refresh)
  far.drop()
  await vi.waitFor(() => expect(client.state.value).toBe('live'))
  far.drop()
  await vi.waitFor(() => expect(refresh).toHaveBeenCalledTimes(2))
  expect(client.state.value).toBe('lost')
})

test('a connection that is asked to leave is made anew at its time, without a word of loss, and topics are followed again', async () => {
  const far = server()
  const { client, seen } = await opened(far)
  const states: string[] = []
  const { connect, disconnect } = far.socket
  far.socket.disconnect = () => {
    disconnect()
    states.push(client.state.value)
    far.fire('disconnect')
  }
  far.socket.connect = () => {
    states.push(client.state.value)
    connect()
  }
  far.sequences.set('acme.things@1', 3)
  far.fire('reconnect', { after: 5 })
  await vi.waitFor(() => expect(states).toEqual(['connecting', 'connecting']))
  expect(client.state.value).toBe('live')
  expect(far.emitted.map(({ event }) => event)).toEqual(['subscribe', 'subscribe'])
  expect(seen).toEqual(['subscribed', 'reconnected'])
})
