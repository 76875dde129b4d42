import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { ParleyError } from '@parley/plugin-api'

const pattern = /^ed25519:([A-Za-z0-9_-]{43})$/

/** `ed25519:<32 bytes in base64url>`: how a public key is written in configuration, in manifests and in files. */
export type PublicKeyText = `ed25519:${string}`

export const isPublicKeyText = (text: string): text is PublicKeyText => pattern.test(text)

export function publicKey(text: string): KeyObject {
  const [, x] = pattern.exec(text) ?? []
  if (x === undefined)
    throw new ParleyError('invalid_config', `"${text}" is not a public key. It must look like "ed25519:" and 43 letters and digits.`)
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

export const publicKeyText = (key: KeyObject): PublicKeyText => `ed25519:${key.export({ format: 'jwk' }).x!}`

/** The short name by which a licence says which key signed it. */
export const keyId = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

export interface KeyPair {
  readonly publicKey: PublicKeyText
  /** PKCS #8, PEM. */
  readonly privateKey: string
}

export function generateKeyPair(): KeyPair {
  const pair = generateKeyPairSync('ed25519')
  return { publicKey: publicKeyText(pair.publicKey), privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
