import type { Clock, HttpClient } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { lineApi, type AccountConfig } from '../src/server/account.ts'
import { LineApi } from '../src/server/line-api.ts'
import { tokenEnd } from '../src/server/token-end.ts'
import { channelAccessToken } from './provider.ts'

const now = new Date('2026-11-21T12:00:00Z')
const month = 30 * 86_400

/** What it was asked, and what it answers to each call: a status and a body. */
const ask = async (answers: Readonly<Record<string, readonly [number, object]>>) => {
  const asked: string[] = []
  const http = (async (url: string, { method, body }: { method: string; body?: string }) => {
    const call = `${method} ${url.replace(lineApi, '')}${body === undefined ? '' : ` ${body}`}`
    asked.push(call)
    const [status, json] = answers[call] ?? [404, {}]
    return { status, ok: status < 300, headers: {}, json: async () => json }
  }) as unknown as HttpClient
  const config = { apiRoot: lineApi, channelAccessToken } as AccountConfig
  const clock = { now: () => now } as Clock
  return { end: await tokenEnd(new LineApi({ http }), config, clock, new AbortController().signal), asked }
}
const first = `POST /v2/oauth/verify access_token=${channelAccessToken}`
const second = `GET /oauth2/v2.1/verify?access_token=${channelAccessToken}`
const refused = [400, { error: 'invalid_request', error_description: 'access token expired' }] as const

test('a long-lived or short-lived token is known where those are verified', async () => {
  const { end, asked } = await ask({ [first]: [200, { client_id: '1', expires_in: month, scope: 'P CM' }] })
  expect([end, asked]).toEqual(['2026-12-21T12:00:00.000Z', [first]])
})

test('a token of version 2.1 is known at the other place', async () => {
  const { end, asked } = await ask({ [first]: refused, [second]: [200, { client_id: '1', expires_in: 60, scope: 'profile' }] })
  expect([end, asked]).toEqual(['2026-11-21T12:01:00.000Z', [first, second]])
})

test('where neither says when, nothing is said', async () => {
  expect((await ask({ [first]: refused, [second]: refused })).end).toBeUndefined()
  expect((await ask({ [first]: [200, {}] })).end).toBeUndefined()
})
