import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { ParleyError } from '@parley/plugin-api'
import { z } from 'zod'
import { canonicalJson } from './canonical-json.ts'
import { keyId, publicKeyText } from './licence-keys.ts'
import { licenceDocument, type LicenceDocument, type LicenceDraft } from './licence-document.ts'

/** What the signature is over. The first line keeps a signature from meaning anything elsewhere. */
export const signedText = ({ signature: _, ...rest }: Readonly<Record<string, unknown>>): Buffer =>
  Buffer.from(`parley-licence-1\n${canonicalJson(rest)}`, 'utf8')

/** Signs with a private key in PEM. */
export function signLicence(draft: LicenceDraft, privateKey: string): LicenceDocument {
  const key = privateKeyOf(privateKey)
  const unsigned = { ...draft, key: keyId(publicKeyText(createPublicKey(key))) }
  const signature = sign(null, signedText(unsigned), key).toString('base64url')
  const result = licenceDocument.safeParse({ ...unsigned, signature })
  if (!result.success) throw new ParleyError('invalid_input', `The licence is not right: ${z.prettifyError(result.error)}`)
  // as written, not as read: defaults that were not signed must not be in it
  return { ...unsigned, signature } as unknown as LicenceDocument
}

function privateKeyOf(pem: string): ReturnType<typeof createPrivateKey> {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (error) {
    throw new ParleyError('invalid_input', 'The private key cannot be read. It must be Ed25519 in PEM, as "parley licence keygen" writes it.', {
      cause: error,
    })
  }
  throw new ParleyError('invalid_input', 'The private key is not an Ed25519 key. Make one with: parley licence keygen')
}
