import { createHmac, timingSafeEqual } from 'node:crypto'

/** Milliseconds a timestamp may be away from now, either way. */
const tolerance = 5 * 60 * 1000

/**
 * Signature of the Standard Webhooks scheme: `v1,` + base64(HMAC-SHA256(key, id.timestamp.body)), key = base64 after `whsec_`.
 * Source: the public Standard Webhooks specification.
 */
export const sign = (secret: string, id: string, timestamp: string, body: string | Buffer): string => {
  const mac = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
  return `v1,${mac.update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/** Headers of a request of ours; while a secret is changed the body is signed with both. */
export const signatureHeaders = (secrets: readonly string[], id: string, now: Date, body: string): Record<string, string> => {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => sign(secret, id, timestamp, body)).join(' '),
  }
}

/** What is wrong with the signature of the raw bytes; `undefined` when nothing is. */
export const signatureProblem = (
  secrets: readonly string[],
  headers: Readonly<Record<string, string | undefined>>,
  raw: Buffer,
  now: Date,
): string | undefined => {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (id === undefined || timestamp === undefined || signatures === undefined)
    return 'One of the headers webhook-id, webhook-timestamp, webhook-signature is missing.'
  const at = Number(timestamp) * 1000
  if (!Number.isFinite(at) || Math.abs(at - now.getTime()) > tolerance)
    return 'webhook-timestamp is more than five minutes away from now. Check the clock of your system.'
  const expected = secrets.map((secret) => Buffer.from(sign(secret, id, timestamp, raw)))
  const given = signatures.split(' ').map((text) => Buffer.from(text))
  const known = given.some((one) => expected.some((other) => one.length === other.length && timingSafeEqual(one, other)))
  return known ? undefined : 'webhook-signature does not fit the body. Sign the raw bytes you send, with the secret of this account.'
}
