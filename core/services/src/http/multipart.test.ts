import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { ParleyError } from '@parley/plugin-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createTestApp, type TestApp, testPlugin } from './test-app.ts'

const unaudited = 'a test'
const multipart = { maxBytes: 1000, maxFiles: 2 }
const forms = testPlugin('forms', (http) => [
  http.post('/upload', { auth: 'public', body: z.object({ title: z.string() }), multipart, rateLimit: 1e6 }, async ({ body, files }) => ({
    body,
    files,
  })),
  http.post('/fails', { auth: 'public', multipart }, async () => {
    throw new ParleyError('conflict', 'No.')
  }),
  http.post('/once', { multipart, unaudited }, async ({ files }) => ({ id: files[0]?.id })),
  http.post('/plain', { auth: 'public', body: z.object({}) }, async () => ({})),
])

let app: TestApp
beforeAll(async () => (app = await createTestApp([forms])))
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  const rows = await app.database.host.query<{ id: string }>('SELECT id FROM {files}')
  for (const { id } of rows) await app.files.forPlugin('forms').remove(id)
})

const form = (title: string | undefined, ...files: readonly File[]): FormData => {
  const data = new FormData()
  if (title !== undefined) data.append('title', title)
  for (const file of files) data.append('photo', file)
  return data
}
const file = (size: number, name = 'кіт.png', type = 'image/png') => new File([Buffer.alloc(size, 7)], name, { type })
const post = async (path: string, body: FormData, headers: Record<string, string> = {}) => {
  const response = await app.fetch(`/api/v1/forms${path}`, { method: 'POST', body, headers })
  return { status: response.status, body: (await response.json()) as any }
}
/** On the disk and in the table. */
const kept = async (): Promise<readonly number[]> => {
  const names = (await readdir(app.folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  return [names.length, (await app.database.host.query('SELECT 1 FROM {files}')).length]
}

describe('a form with files', () => {
  test('arrives with its fields validated and its files stored', async () => {
    const { status, body } = await post('/upload', form('Photos', file(10), file(20, '../../etc/passwd', 'text/html; charset=x')))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      body: { title: 'Photos' },
      files: [
        { field: 'photo', name: 'кіт.png', type: 'image/png', size: 10, sha256: expect.stringMatching(/^[\da-f]{64}$/) },
        { field: 'photo', name: 'passwd', type: 'text/html', size: 20 },
      ],
    })
    expect(await kept()).toEqual([2, 2])
  })

  test.each([
    ['a file is too large', form('x', file(10), file(1001)), 413, 'too_large'],
    ['there are too many files', form('x', file(1), file(1), file(1)), 413, 'too_large'],
    ['a field is missing', form(undefined, file(10)), 400, 'invalid_input'],
    ['a field is too long', form('x'.repeat(70_000), file(10)), 413, 'too_large'],
  ])('leaves nothing behind when %s', async (_, data, status, code) => {
    expect(await post('/upload', data)).toMatchObject({ status, body: { code } })
    await vi.waitFor(async () => expect(await kept()).toEqual([0, 0]))
  })

  test('leaves nothing behind when the handler throws', async () => {
    expect(await post('/fails', form('x', file(10)))).toMatchObject({ status: 409 })
    expect(await kept()).toEqual([0, 0])
  })

  test('leaves nothing behind when the connection is lost in the middle', async () => {
    const head = '--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\nhalf of it'
    const socket = connect(app.port, '127.0.0.1')
    socket.write(
      `POST /api/v1/forms/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900\r\n\r\n${head}`,
    )
    await vi.waitFor(async () => expect((await kept())[0]).toBe(1))
    socket.destroy()
    await vi.waitFor(async () => expect(await kept()).toEqual([0, 0]))
  })

  test.each([
    ['has no boundary', 'multipart/form-data', 'x'],
    ['ends too early', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nhello'],
    ['ends in a file', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhello'],
    ['has broken part headers', 'multipart/form-data; boundary=b', '--b\r\n\u0000\u0001garbage\r\n\r\nx\r\n--b--\r\n'],
  ])('is refused when it %s', async (_, type, body) => {
    const response = await app.fetch('/api/v1/forms/upload', { method: 'POST', body, headers: { 'content-type': type } })
    expect(response.status).toBe(400)
    await vi.waitFor(async () => expect(await kept()).toEqual([0, 0]))
  })

  test('is refused where no files are expected', async () => {
    expect(await post('/plain', form('x'))).toMatchObject({ status: 415 })
  })

  test('sent again with its Idempotency-Key is stored once', async () => {
    const headers = { authorization: 'Bearer olena', 'idempotency-key': 'f1' }
    const first = await post('/once', form('x', file(10)), headers)
    const second = await post('/once', form('x', file(10)), headers)
    expect(second).toEqual(first)
    await vi.waitFor(async () => expect(await kept()).toEqual([1, 1]))
    expect(await post('/once', form('x', file(11)), headers)).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } })
    await vi.waitFor(async () => expect(await kept()).toEqual([1, 1]))
  })
})
