import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { ParleyError, type Secrets } from '@parley/plugin-api'
import { loadKeyRing, type KeyRingOptions, type MasterKey } from './key-ring.ts'

/** `forPlugin` binds what is sealed to its owner; the host's own parts have owners too, such as `settings`. */
export interface SecretsService {
  forPlugin(owner: string): Secrets
  /** For the host's own parts. */
  derive(purpose: string): Buffer
  /** The id of the key that seals. */
  readonly keyId: string
}

const version = 'sealed1'
const ivBytes = 12
const tagBytes = 16

/** @example const secrets = createSecrets({ keys: process.env['PARLEY_SECRET_KEY'], dataDir: '.data', log }).forPlugin('conversations') */
export function createSecrets(options: KeyRingOptions): SecretsService {
  const ring = loadKeyRing(options)
  const [current] = ring
  return {
    keyId: current.id,
    derive: (purpose) => current.derive(`host:${purpose}`),
    forPlugin: (owner) => ({
      seal: (plain) => seal(plain, owner, current),
      open: (sealed) => open(sealed, owner, ring),
      derive: (purpose) => current.derive(`plugin:${owner}:${purpose}`),
      deriveAll: (purpose) => ring.map((key) => key.derive(`plugin:${owner}:${purpose}`)),
    }),
  }
}

/** `sealed1.<key id>.<base64url of iv, tag, ciphertext>`; the owner is authenticated with it. */
function seal(plain: string, owner: string, key: MasterKey): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key.derive('seal'), iv, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(owner))
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return `${version}.${key.id}.${Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url')}`
}

function open(sealed: string, owner: string, ring: readonly MasterKey[]): string {
  const [format, keyId, payload] = sealed.split('.')
  if (format !== version || payload === undefined) {
    throw new ParleyError('invalid_input', 'This text was not sealed by this installation. Enter the secret again.')
  }
  const key = ring.find(({ id }) => id === keyId)
  if (key === undefined) {
    const known = ring.map(({ id }) => id).join(', ')
    throw new ParleyError(
      'invalid_input',
      `The secret was sealed with the key "${keyId}", and "PARLEY_SECRET_KEY" has only ${known}. Add the old key after the new one, separated by a comma.`,
    )
  }
  const bytes = Buffer.from(payload, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.derive('seal'), bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(owner))
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new ParleyError('invalid_input', `The secret was changed after it was sealed, or "${owner}" did not seal it. Enter the secret again.`, {
      cause,
    })
  }
}

/** True for a text that `seal` made, whatever the key. */
export const isSealed = (text: unknown): text is string => typeof text === 'string' && text.startsWith(`${version}.`)
