import { createHash, randomBytes } from 'node:crypto'

/** Found by scanners of leaked secrets. */
const mark = 'pk_'

/** The key itself is shown once; `prefix` lets people tell their keys apart afterwards. */
export function newApiKeyToken(): { readonly token: string; readonly prefix: string } {
  const token = `${mark}${randomBytes(32).toString('base64url')}`
  return { token, prefix: token.slice(0, mark.length + 6) }
}

/** 256 random bits need no slow hash. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url')
