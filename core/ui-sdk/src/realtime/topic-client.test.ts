import { describe, expect, test, vi } from 'vitest'
import { createTopicClient, type TopicListener, type TopicSocket } from './topic-client.ts'

const topic = 'chat.dialog@1'

/** A connection whose server is the test. */
class Wire implements TopicSocket {
  connected = false
  active = true
  sequence = 0
  readonly asked: unknown[] = []
  readonly #handlers = new Map<string, (...parts: never[]) => void>()

  on(event: string, handler: (...parts: never[]) => void): void {
    this.#handlers.set(event, handler)
  }
  connect(): void {
    this.connected = true
    this.hear('connect')
  }
  disconnect(): void {
    this.connected = false
    this.hear('disconnect')
  }
  emit(event: string, ...[subject, acknowledge]: unknown[]): void {
    this.asked.push([event, subject])
    if (event === 'subscribe') (acknowledge as (ack: object) => void)({ ok: true, sequence: this.sequence })
  }
  hear(event: string, part?: unknown): void {
    ;(this.#handlers.get(event) as ((part: unknown) => void) | undefined)?.(part)
  }
}

const follow = async () => {
  const wire = new Wire()
  const heard: string[] = []
  const client = createTopicClient({ open: async () => wire, refresh: async () => true })
  const listener: TopicListener = {
    message: (payload) => void heard.push(String(payload)),
    resync: (reason) => void heard.push(reason),
    refused: ({ code }) => void heard.push(code),
  }
  wire.sequence = 4
  const leave = client.subscribe(topic, { b: 1, a: 2 }, listener)
  await new Promise((resolve) => setImmediate(resolve))
  const key = { a: 2, b: 1 }
  const message = (sequence: number, payload: string): void => wire.hear('topic', { topic, key, sequence, payload })
  return { wire, heard, leave, key, message }
}

describe('following a topic', () => {
  test('reads when the subscription stands, then takes messages in turn', async () => {
    const { heard, message } = await follow()
    message(5, 'five')
    message(5, 'five again')
    message(6, 'six')
    expect(heard).toEqual(['subscribed', 'five', 'six'])
  })

  test('reads again after a gap between two messages', async () => {
    const { heard, message } = await follow()
    message(7, 'seven')
    expect(heard).toEqual(['subscribed', 'seven', 'gap'])
  })

  test('reads again when the server is ahead and the message does not come, once', async () => {
    const { heard, wire, key, message } = await follow()
    const numbers = (sequence: number): void =>
      wire.hear('sequences', [
        { topic, key, sequence },
        { topic: 'other@1', key, sequence: 99 },
      ])
    vi.useFakeTimers()
    try {
      numbers(4)
      numbers(5)
      message(5, 'overtaken')
      numbers(6)
      numbers(6)
      vi.advanceTimersByTime(2_000)
      message(6, 'late')
      message(7, 'seven')
    } finally {
      vi.useRealTimers()
    }
    expect(heard).toEqual(['subscribed', 'overtaken', 'gap', 'seven'])
  })

  test('learns that it may no longer follow', async () => {
    const { heard, wire, key } = await follow()
    wire.hear('unsubscribed', { topic, key, problem: { code: 'forbidden', detail: 'No longer.' } })
    expect(heard).toEqual(['subscribed', 'forbidden'])
  })

  test('after a lost connection reads again only what has changed meanwhile', async () => {
    const { heard, wire } = await follow()
    wire.disconnect()
    wire.connect()
    expect(heard).toEqual(['subscribed'])
    wire.disconnect()
    wire.sequence = 6
    wire.connect()
    expect(heard).toEqual(['subscribed', 'reconnected'])
  })

  test('stops asking when the last listener leaves', async () => {
    const { wire, leave } = await follow()
    leave()
    expect(wire.asked.at(-1)).toEqual(['unsubscribe', { topic, key: { b: 1, a: 2 } }])
  })
})
