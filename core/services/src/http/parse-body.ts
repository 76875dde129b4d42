import { ParleyError } from '@parley/plugin-api'
import { decodeUtf8, parseJson, storableText } from './json-body.ts'

/** `a=1&b=2&b=3` as an object; a repeated name becomes a list. */
export const parseForm = (text: string): Record<string, string | string[]> => {
  // no prototype, so that no name of a field can reach one
  const fields = Object.create(null) as Record<string, string | string[]>
  for (const [rawName, rawValue] of new URLSearchParams(text)) {
    const name = storableText(rawName)
    const value = storableText(rawValue)
    const known = fields[name]
    if (known === undefined) fields[name] = value
    else if (Array.isArray(known)) known.push(value)
    else fields[name] = [known, value]
  }
  return fields
}

const mediaType = (header: string | undefined): string => (header ?? '').split(';', 1)[0]!.trim().toLowerCase()

export const isMultipart = (header: string | undefined): boolean => mediaType(header) === 'multipart/form-data'

/**
 * The body as a value. `lenient`: providers of webhooks often state no type or a wrong one, so there everything unknown is tried as JSON.
 */
export const parseBody = (bytes: Uint8Array, contentType: string | undefined, lenient: boolean): unknown => {
  if (bytes.length === 0) return undefined
  const type = mediaType(contentType)
  if (type === 'application/json' || type.endsWith('+json')) return parseJson(bytes)
  if (type === 'application/x-www-form-urlencoded') return parseForm(decodeUtf8(bytes))
  if (lenient) return parseJson(bytes)
  throw new ParleyError(
    'unsupported_media_type',
    `The content type ${type === '' ? 'is missing' : `"${type}" is not taken here`}. Send application/json or application/x-www-form-urlencoded.`,
  )
}

export const refuseEncoded = (encoding: string | undefined): void => {
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return
  throw new ParleyError('unsupported_media_type', `Bodies with the content encoding "${encoding}" are not taken. Send the body uncompressed.`)
}
