import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Blobs } from './blobs.ts'
import { Outbox, type Acknowledged, type Delivery, type Line } from './outbox.ts'
import { Storage } from './storage.ts'

/** A server whose line can be cut; it stores each key once. */
class FakeServer implements Line {
  online = false
  uploadProblem: string | undefined
  uploads: string[] = []
  readonly stored = new Map<string, Record<string, unknown>>()

  async send(_event: string, payload: object): Promise<Delivery<{ id: string; number: number }>> {
    if (!this.online) throw new Error('offline')
    const message = payload as Record<string, unknown>
    const key = String(message['key'])
    if (!this.stored.has(key)) this.stored.set(key, message)
    return { ok: true, data: { id: `stored-${key}`, number: this.stored.size } }
  }

  async upload(blob: Blob, name: string): Promise<Delivery<{ fileId: string }>> {
    if (!this.online) throw new Error('offline')
    this.uploads.push(`${name}: ${await blob.text()}`)
    if (this.uploadProblem !== undefined) return { ok: false, problem: { code: this.uploadProblem } }
    return { ok: true, data: { fileId: `file-${this.uploads.length}` } }
  }

  get texts(): unknown[] {
    return [...this.stored.values()].map((message) => message['text'] ?? message['fileId'])
  }
}

let server: FakeServer
let acknowledged: Acknowledged[]

/** What a page makes when it is loaded; `blobs` is the browser's database, which outlives it. */
const page = (blobs = new Blobs()): Outbox =>
  new Outbox({ storage: new Storage('test'), blobs, line: server, changed: (done) => void (done && acknowledged.push(done)) })

/** Until nothing moves that does not wait for a clock. */
const flushed = async (outbox: Outbox): Promise<void> => {
  void outbox.flush()
  await vi.advanceTimersByTimeAsync(1)
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T12:00:00Z') })
  localStorage.clear()
  server = new FakeServer()
  acknowledged = []
})
afterEach(() => void vi.useRealTimers())

test('messages of one millisecond keep their order over a reload, and so do those after it', async () => {
  const first = page()
  const said = Array.from({ length: 12 }, (_, index) => `message ${index}`)
  for (const text of said) first.add('message', { text }, text)
  const second = page()
  vi.setSystemTime(new Date('2026-11-20T11:00:00Z'))
  second.add('message', { text: 'the clock was set back' })
  server.online = true
  const third = page()
  await flushed(third)
  expect(server.texts).toEqual([...said, 'the clock was set back'])
  expect(third.items).toEqual([])
})

test('a file waits for the line, keeps its place among the messages and goes out once', async () => {
  const outbox = page()
  outbox.add('message', { text: 'here it is' })
  outbox.addFile(new File(['tea'], 'tea.txt', { type: 'text/plain' }))
  outbox.add('message', { text: 'did it come?' })
  await flushed(outbox)
  expect(outbox.items.map(({ label, file }) => file ?? label)).toEqual(['', { name: 'tea.txt', type: 'text/plain', size: 3 }, ''])
  server.online = true
  await flushed(outbox)
  expect(server.texts).toEqual(['here it is', 'file-1', 'did it come?'])
  expect(server.uploads).toEqual(['tea.txt: tea'])
  expect(acknowledged.map(({ number }) => number)).toEqual([1, 2, 3])
})

test('a file survives a reload where the browser keeps it', async () => {
  const blobs = new Blobs()
  const before = page(blobs)
  before.addFile(new File(['tea'], 'tea.txt'))
  await flushed(before)
  server.online = true
  await flushed(page(blobs))
  expect(server.texts).toEqual(['file-1'])
})

test('a file that the browser did not keep is said to be gone, and holds up nothing', async () => {
  const before = page()
  before.addFile(new File(['tea'], 'tea.txt'))
  await flushed(before)
  server.online = true
  const outbox = page()
  outbox.add('message', { text: 'after it' })
  await flushed(outbox)
  expect(server.texts).toEqual(['after it'])
  expect(outbox.items.map(({ failed }) => failed)).toEqual(['gone'])
  outbox.remove(outbox.items[0]!.key)
  expect(page().items).toEqual([])
})

test('what another tab of the site has sent is not said to be gone', async () => {
  const blobs = new Blobs()
  const one = page(blobs)
  one.addFile(new File(['tea'], 'tea.txt'))
  const other = page()
  server.online = true
  await flushed(one)
  await flushed(other)
  expect(other.items).toEqual([])
  expect(server.stored.size).toBe(1)
})

test('an upload that fails over a good line is tried five times, then waits for the visitor and lets the rest go', async () => {
  const outbox = page()
  outbox.addFile(new File(['tea'], 'tea.txt'))
  outbox.add('message', { text: 'after it' })
  server.online = true
  server.uploadProblem = 'unreachable'
  await flushed(outbox)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.uploads).toHaveLength(5)
  expect(server.texts).toEqual(['after it'])
  expect(outbox.items.map(({ failed }) => failed)).toEqual(['refused'])
  server.uploadProblem = undefined
  outbox.retry(outbox.items[0]!.key)
  await vi.advanceTimersByTimeAsync(0)
  expect(server.texts).toEqual(['after it', 'file-6'])
})

test('a refused file is not tried again by itself', async () => {
  const outbox = page()
  outbox.addFile(new File(['tea'], 'tea.txt'))
  server.online = true
  server.uploadProblem = 'forbidden'
  await flushed(outbox)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.uploads).toHaveLength(1)
  expect(outbox.items.map(({ failed }) => failed)).toEqual(['refused'])
})

test('a file that the server has lost between upload and message is uploaded again', async () => {
  const outbox = page()
  outbox.addFile(new File(['tea'], 'tea.txt'))
  server.online = true
  const send = server.send.bind(server)
  server.send = async () => {
    server.send = send
    return { ok: false, problem: { code: 'unprocessable' } }
  }
  await flushed(outbox)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(server.texts).toEqual(['file-2'])
})
