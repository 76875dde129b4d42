import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { isPublicKeyText, publicKey, publicKeyText } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { z } from 'zod'

/** What is signed: which plugin, in which version, with exactly which files. */
export interface SignedContent {
  readonly id: string
  readonly version: string
  readonly integrity: string
}

/** As the lock file keeps it: by which key, and the signature in base64. */
export interface PluginSignature {
  readonly key: string
  readonly value: string
}

/** Whom the deployer believes: `host.publishers` and `host.signatures`. */
export interface PublisherTrust {
  readonly required: boolean
  /** Name -> public keys, `ed25519:…`. */
  readonly publishers: Readonly<Record<string, readonly string[]>>
}

export type SignatureState =
  | { readonly state: 'signed'; readonly publisher: string }
  /** The signature is right, and its key is nobody's whom the deployer named. */
  | { readonly state: 'unknown-publisher'; readonly key: string }
  | { readonly state: 'invalid'; readonly key: string }
  | { readonly state: 'unsigned' }

// The first line keeps signatures of other things, made with the same key, from meaning something here.
const message = ({ id, version, integrity }: SignedContent): Buffer => Buffer.from(`parley plugin signature 1\n${id}\n${version}\n${integrity}\n`)

/** `pem`: the private key as `keygen` or `openssl genpkey -algorithm ed25519` writes it. */
export function signPlugin(content: SignedContent, pem: string): PluginSignature {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (error) {
    throw new ParleyError('invalid_config', 'The key is no private key in PEM. Make one with: parley plugins keygen --out FILE', { cause: error })
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new ParleyError('invalid_config', `The key is of type ${key.asymmetricKeyType}. Use an Ed25519 key.`)
  return { key: publicKeyText(createPublicKey(key)), value: sign(null, message(content), key).toString('base64') }
}

export function signatureState(content: SignedContent, signature: PluginSignature | undefined, { publishers }: PublisherTrust): SignatureState {
  if (signature === undefined) return { state: 'unsigned' }
  const { key: text, value } = signature
  if (!isPublicKeyText(text) || !verify(null, message(content), publicKey(text), Buffer.from(value, 'base64'))) return { state: 'invalid', key: text }
  const [publisher] = Object.entries(publishers).find(([, keys]) => keys.includes(text)) ?? []
  return publisher === undefined ? { state: 'unknown-publisher', key: text } : { state: 'signed', publisher }
}

/** Why a plugin with this signature is not imported, or `undefined`. */
export function signatureProblem(signature: SignatureState, { required }: PublisherTrust): string | undefined {
  if (signature.state === 'invalid')
    return `its signature by ${signature.key} does not fit its files, id and version. Ask its publisher for the right one.`
  if (!required || signature.state === 'signed') return undefined
  const demand = 'and host.signatures is "required"'
  return signature.state === 'unsigned'
    ? `it is not signed ${demand}. Ask its publisher for the .sig file, and add it again with that.`
    : `it is signed by ${signature.key}, which host.publishers does not list, ${demand}. List the key if you trust its owner.`
}

const signatureFile = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  version: z.string(),
  integrity: z.string(),
  key: z.string(),
  signature: z.string(),
})

/** The text of a `.sig` file. The content is told for people; only the signature counts. */
export const formatSignature = (content: SignedContent, { key, value }: PluginSignature): string =>
  `${JSON.stringify({ format: 1, ...content, key, signature: value }, undefined, 2)}\n`

export function parseSignature(text: string, file: string): PluginSignature {
  try {
    const { key, signature } = signatureFile.parse(JSON.parse(text))
    return { key, value: signature }
  } catch (error) {
    throw new ParleyError('invalid_config', `${file} is no signature of a plugin. Make one with: parley plugins sign <tarball> --key FILE`, {
      cause: error,
    })
  }
}
