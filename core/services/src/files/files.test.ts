import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Files } from '@parley/plugin-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestClock } from '../clock/index.ts'
import { createTestApp, type TestApp } from '../http/test-app.ts'
import { createFiles } from './create-files.ts'

const clock = createTestClock()
let app: TestApp
let files: Files
beforeAll(async () => {
  app = await createTestApp([], { clock })
  files = app.files.forPlugin('conversations')
})
afterAll(() => app[Symbol.asyncDispose]())

const png = { name: 'кіт "1".png', type: 'image/png', content: Buffer.from('0123456789') }
const textOf = async (id: string): Promise<string> => text(await files.read(id))
const onDisk = async (): Promise<number> =>
  (await readdir(app.folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length

describe('files', () => {
  test('are stored with their size and hash, and read again', async () => {
    const chunks = async function* () {
      yield Buffer.from('hello ')
      yield Buffer.from('world')
    }
    const stored = await files.put({ name: 'a.txt', type: 'Text/Plain; charset=utf-8', content: chunks() })
    expect(stored).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      name: 'a.txt',
      type: 'text/plain',
      size: 11,
      sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    })
    expect(await files.get(stored.id)).toEqual(stored)
    expect(await textOf(stored.id)).toBe('hello world')
    expect((await files.put({ ...png, content: Buffer.alloc(0) })).size).toBe(0)
  })

  test('leave nothing when they are too large or their source breaks', async () => {
    const before = await onDisk()
    await expect(files.put({ ...png, maxBytes: 9 })).rejects.toMatchObject({ code: 'too_large' })
    const broken = async function* () {
      yield Buffer.from('half')
      throw new Error('lost')
    }
    await expect(files.put({ ...png, content: broken() })).rejects.toThrow('lost')
    expect(await onDisk()).toBe(before)
    expect((await files.put({ ...png, maxBytes: 10 })).size).toBe(10)
  })

  test('are gone after they were removed, and may be removed twice', async () => {
    const { id } = await files.put(png)
    const before = await onDisk()
    await files.remove(id)
    await files.remove(id)
    expect(await onDisk()).toBe(before - 1)
    expect(await files.get(id)).toBeUndefined()
    await expect(files.read(id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await files.get('../../etc/passwd')).toBeUndefined()
  })

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['..', 'file'],
    ['', 'file'],
    ['a\u0000\n\u202eb.txt', 'ab.txt'],
    [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(195)}.jpeg`],
  ])('have safe names: %j', async (name, safe) => {
    expect((await files.put({ ...png, name })).name).toBe(safe)
  })

  test('have safe types', async () => {
    expect((await files.put({ ...png, type: 'text/html\r\nX: y' })).type).toBe('application/octet-stream')
  })

  test('clears what cut-off uploads left, when it is old', async () => {
    const incoming = join(app.folder, 'incoming')
    const old = new Date(clock.now().getTime() - 25 * 3_600_000)
    await writeFile(join(incoming, 'old'), 'x')
    await writeFile(join(incoming, 'fresh'), 'x')
    await utimes(join(incoming, 'old'), old, old)
    await utimes(join(incoming, 'fresh'), clock.now(), clock.now())
    await app.files.start()
    expect(await readdir(incoming)).toEqual(['fresh'])
  })
})

describe('the link of a file', () => {
  const headersOf = (response: Response) => Object.fromEntries(response.headers)

  test('shows an image in place, with headers that keep it harmless', async () => {
    const stored = await files.put(png)
    const response = await app.fetch(files.url(stored))
    expect(await response.text()).toBe('0123456789')
    expect(headersOf(response)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '10',
      'content-disposition': `inline; filename="___ _1_.png"; filename*=UTF-8''%D0%BA%D1%96%D1%82%20%221%22.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
    })
  })

  test.each(['text/html', 'image/svg+xml', 'application/pdf', 'application/javascript'])('offers %s as a download', async (type) => {
    const response = await app.fetch(files.url(await files.put({ ...png, type })))
    expect(response.headers.get('content-disposition')).toMatch(/^attachment;/)
  })

  test('opens nothing but its own file, and nothing after it was changed', async () => {
    const [one, two] = [await files.put(png), await files.put(png)]
    const url = files.url(one)
    const statuses = await Promise.all(
      [url.replace(one.id, two.id), url.slice(0, -2), url.split('?')[0]!, `${url}&expires=9999999999`].map(
        async (path) => (await app.fetch(path)).status,
      ),
    )
    expect(statuses).toEqual([403, 403, 403, 403])
    await files.remove(one.id)
    expect((await app.fetch(url)).status).toBe(404)
  })

  test('may carry more than it needs, for programs that look at the end of an address', async () => {
    const stored = await files.put(png)
    const response = await app.fetch(`${files.url(stored)}&as=.png&signature=of-somebody-else`)
    expect([response.status, await response.text()]).toEqual([200, '0123456789'])
  })

  test('expires when it was made so', async () => {
    const url = files.url(await files.put(png), { expiresIn: 60 })
    const response = await app.fetch(url)
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, max-age=60, immutable'])
    expect((await app.fetch(url.replace(/expires=\d+/, 'expires=9999999999'))).status).toBe(403)
    await clock.advance(60_000)
    expect((await app.fetch(url)).status).toBe(403)
  })

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=0-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=5-2', 200, '0123456789', null],
    ['bytes=0-1,4-5', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ])('gives the range %s', async (range, status, body, contentRange) => {
    const response = await app.fetch(files.url(await files.put(png)), { headers: { range } })
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([status, body, contentRange])
  })

  test('knows what the browser has already', async () => {
    const url = files.url(await files.put(png))
    const etag = (await app.fetch(url)).headers.get('etag')!
    expect((await app.fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await app.fetch(url, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } })).status).toBe(200)
    const head = await app.fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
    expect((await app.fetch(url, { method: 'POST' })).status).toBe(404)
  })

  test('made with an old key still opens', async () => {
    const parts = { database: app.database, clock, folder: app.folder, log: { debug() {}, info() {}, warn() {}, error() {} } }
    const older = createFiles({ ...parts, keys: [Buffer.alloc(32, 2)] })
    const stored = await files.put(png)
    const url = older.forPlugin('x').url(stored)
    expect((await app.fetch(url)).status).toBe(403)
    const rotated = createFiles({ ...parts, keys: [Buffer.alloc(32, 3), Buffer.alloc(32, 2)] })
    app.http.use(`/files/${stored.id}`, rotated.middleware)
    expect((await app.fetch(url)).status).toBe(200)
  })
})
