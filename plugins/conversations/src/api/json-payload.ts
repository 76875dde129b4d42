import { ParleyError } from '@parley/plugin-api'

/**
 * Bytes as JSON in UTF-8: how payloads are read unless the driver has a `parse` of its own. Throws `malformed_body`.
 * `mend` changes the text first, for what `JSON.parse` would spoil: a number above 2^53 loses its last digits.
 *
 * @example parse: (raw) => jsonPayload(raw, (text) => text.replace(/"message_token"\s*:\s*(\d+)/g, '"message_token":"$1"'))
 */
export const jsonPayload = (raw: Uint8Array, mend: (text: string) => string = (text) => text): unknown => {
  try {
    return JSON.parse(mend(new TextDecoder('utf-8', { fatal: true }).decode(raw)))
  } catch (error) {
    throw new ParleyError('malformed_body', 'The body is not JSON in UTF-8.', { cause: error })
  }
}
