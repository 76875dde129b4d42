import type { Readable } from 'node:stream'
import type { Reply } from '@parley/plugin-api'
import type { Context } from 'koa'
import type { Endpoint } from './endpoint.ts'

/** What goes over the wire; plain enough to be kept for a repeated request. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
  readonly stream?: Readable | undefined
}

const json = { 'content-type': 'application/json; charset=utf-8' }
const text = { 'content-type': 'text/plain; charset=utf-8' }
const noHeaders = {}

const isReply = (result: unknown): result is Reply => typeof result === 'object' && result !== null && (result as { kind?: unknown }).kind === 'reply'

const replyAnswer = ({ status, headers, body, stream }: Reply): Answer => {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  if (stream !== undefined) return { status, headers: lower, stream }
  if (body === undefined) return { status, headers: lower }
  if (typeof body === 'string') return { status, headers: { ...text, ...lower }, body }
  if (body instanceof Uint8Array) return { status, headers: { 'content-type': 'application/octet-stream', ...lower }, body: Buffer.from(body) }
  return { status, headers: { ...json, ...lower }, body: JSON.stringify(body) }
}

/** Data becomes a 200 with JSON; nothing becomes a 204, to a webhook a 200 because some providers take no other. */
export const toAnswer = (result: unknown, endpoint: Endpoint): Answer => {
  if (isReply(result)) return replyAnswer(result)
  if (result === undefined) return endpoint.auth === 'webhook' ? { status: 200, headers: text, body: '' } : { status: 204, headers: noHeaders }
  return { status: 200, headers: json, body: JSON.stringify(result) }
}

export const send = (ctx: Context, { status, headers, body, stream }: Answer): void => {
  ctx.status = status
  // a page with a policy of its own says there who may frame it
  if (headers['content-security-policy'] !== undefined) ctx.res.removeHeader('x-frame-options')
  for (const name in headers) ctx.res.setHeader(name, headers[name]!)
  if (stream !== undefined) ctx.body = stream
  else if (body !== undefined) ctx.body = body
  else if (status !== 204 && status !== 304) ctx.body = ''
}
