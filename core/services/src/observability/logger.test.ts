import { runInContext } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { describe, expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { redactText } from './redact.ts'

const actor = { kind: 'user', id: 'u1', name: 'Olena', can: () => true } as const

const record = (level: 'debug' | 'info' = 'debug') => {
  const lines: string[] = []
  const log = createLogger({ level, destination: { write: (line) => void lines.push(line) } })
  return { log, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, any>) }
}

describe('the logger', () => {
  test('writes one line of JSON with a constant message and the data as fields', () => {
    const { log, lines, entries } = record()
    log.info('stored a\nmessage', { conversation: 'c1', count: 2 })
    expect(lines).toHaveLength(1)
    expect(lines[0]!.trimEnd()).not.toContain('\n')
    expect(entries()[0]).toMatchObject({ level: 'info', msg: 'stored a\nmessage', conversation: 'c1', count: 2, time: expect.any(String) })
  })

  test('takes plugin, request and actor from the async context', async () => {
    const { log, entries } = record()
    await runInContext({ plugin: 'clients', requestId: 'r1', actor }, async () => {
      await Promise.resolve()
      log.warn('slow')
      log.forPlugin('identity').warn('slow too')
    })
    log.forPlugin('clients').warn('outside')
    const [first, second, third] = entries()
    expect(first).toMatchObject({ plugin: 'clients', requestId: 'r1', actor: 'user:u1' })
    expect(second).toMatchObject({ plugin: 'identity', requestId: 'r1' })
    expect(third).toMatchObject({ plugin: 'clients' })
    expect(third).not.toHaveProperty('requestId')
  })

  test('leaves out what is below its level', () => {
    const { log, lines } = record('info')
    log.debug('nobody reads this')
    expect(lines).toEqual([])
  })

  test('hides secrets by their names at any depth', () => {
    const { log, lines, entries } = record()
    const headers = { Authorization: 'Bearer abcdefghijkl', 'x-access-token': 'tok-1', accept: 'a/b' }
    log.info('call', { headers, account: { botToken: 'tok-2', client_secret: 'tok-3', tokens: 12, refreshToken: ['tok-4'] } })
    expect(lines[0]).not.toMatch(/abcdef|tok-\d/)
    expect(entries()[0]).toMatchObject({ headers: { accept: 'a/b' }, account: { tokens: 12 } })
  })

  test('describes errors with code, cause and details, and hides secrets in their texts', () => {
    const { log, lines, entries } = record()
    const cause = new Error('POST https://api.telegram.org/bot123456:AAFm-secret_Token/sendMessage failed')
    log.error('not sent', { error: new ParleyError('outbound_refused', 'Refused.', { cause, details: { password: 'x' } }) })
    expect(lines[0]).not.toContain('AAFm')
    expect(entries()[0]!.error).toMatchObject({
      code: 'outbound_refused',
      details: { password: '[redacted]' },
      cause: { message: 'POST https://api.telegram.org/bot[redacted]/sendMessage failed' },
    })
    log.error('bare', new Error('no fields'))
    expect(entries()[1]).toMatchObject({ error: { message: 'no fields' } })
  })

  test('survives data that JSON does not like', () => {
    const { log, entries } = record()
    const circle: Record<string, unknown> = {
      size: 10n,
      bytes: Buffer.from('abc'),
      at: new URL('http://u:p@h/x'),
      on: new Date(0),
      set: new Set([1]),
    }
    circle['self'] = circle
    log.info('odd', circle)
    expect(entries()[0]).toMatchObject({ size: '10', bytes: '3 bytes', at: 'http://[redacted]@h/x', on: '1970-01-01T00:00:00.000Z', set: [1] })
  })
})

describe('redactText', () => {
  test.each([
    ['https://user:pass@host/x', 'https://[redacted]@host/x'],
    ['https://h/file/bot123:ABC_def-1/photos/1.jpg', 'https://h/file/bot[redacted]/photos/1.jpg'],
    ['https://h/bot123%3AABC_def/getMe', 'https://h/bot[redacted]/getMe'],
    ['token 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_ is wrong', 'token [redacted] is wrong'],
    ['GET /x?page=2&access_token=abc&sort=a', 'GET /x?page=2&access_token=[redacted]&sort=a'],
    ['/files/1/a.png?signature=abc', '/files/1/a.png?signature=[redacted]'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted]'],
    ['header API-Key 0123456789', 'header API-Key [redacted]'],
    ['got eyJhbGciOiJI.eyJzdWIi.SflKxw', 'got [redacted]'],
    ['https://host/path?page=2', 'https://host/path?page=2'],
    ['a message at 10:30 about robots', 'a message at 10:30 about robots'],
  ])('%s', (text, expected) => expect(redactText(text)).toBe(expected))
})
