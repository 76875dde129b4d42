import { createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedUrls {
  /** `expires`: seconds since 1970. */
  sign(file: { readonly id: string; readonly name: string }, expires?: number): string
  verify(id: string, signature: string, expires: string | undefined, now: Date): boolean
}

/** The first key signs; any of them verifies, so that a change of keys breaks no link. */
export const createSignedUrls = (keys: readonly Uint8Array[]): SignedUrls => {
  const signature = (key: Uint8Array, id: string, expires: string): Buffer => createHmac('sha256', key).update(`file\n${id}\n${expires}`).digest()
  return {
    sign({ id, name }, expires) {
      const proof = signature(keys[0]!, id, expires === undefined ? '' : String(expires)).toString('base64url')
      return `/files/${id}/${encodeURIComponent(name)}?signature=${proof}${expires === undefined ? '' : `&expires=${expires}`}`
    },
    verify(id, given, expires, now) {
      const bytes = Buffer.from(given, 'base64url')
      if (expires !== undefined && !(Number(expires) * 1000 > now.getTime())) return false
      return keys.some((key) => {
        const expected = signature(key, id, expires ?? '')
        return bytes.length === expected.length && timingSafeEqual(bytes, expected)
      })
    },
  }
}
