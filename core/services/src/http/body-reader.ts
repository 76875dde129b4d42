import type { IncomingMessage } from 'node:http'
import { ParleyError } from '@parley/plugin-api'

const nothing = Buffer.alloc(0)
// a body this far over the limit is not read to its end for the sake of an answer
const mostDiscarded = 64 * 1024 * 1024

export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0'

/** The bytes of a request's body, at most `maxBytes` of them. */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  if (!hasBody(request)) return Promise.resolve(nothing)
  return new Promise((resolve, reject) => {
    let size = 0
    let first: Buffer | undefined
    let more: Buffer[] | undefined

    const finish = (): void => {
      request.off('data', take).off('end', end).off('error', broken).off('close', broken)
    }
    const tooLarge = (): void => {
      finish()
      // whoever still sends would never read an answer to a connection that is cut
      if (size <= mostDiscarded) request.resume()
      reject(new ParleyError('too_large', `The body is larger than ${maxBytes} bytes, the most this address takes.`))
    }
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size > maxBytes) tooLarge()
      else if (first === undefined) first = chunk
      else (more ??= [first]).push(chunk)
    }
    const end = (): void => {
      finish()
      resolve(more === undefined ? (first ?? nothing) : Buffer.concat(more, size))
    }
    const broken = (): void => {
      finish()
      reject(new ParleyError('malformed_body', 'The connection was lost before the body was complete.'))
    }

    const stated = Number(request.headers['content-length'] ?? 0)
    if (stated > maxBytes) {
      size = stated
      return tooLarge()
    }
    request.on('data', take).on('end', end).on('error', broken).on('close', broken)
  })
}
