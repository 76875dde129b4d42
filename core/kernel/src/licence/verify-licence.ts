import { verify } from 'node:crypto'
import { isObject } from '../config/config-merge.ts'
import { keyId, publicKey } from './licence-keys.ts'
import { licenceDocument, type HeldLicence } from './licence-document.ts'
import { signedText } from './sign-licence.ts'

/** Why a licence does not count: a sentence for logs and terminals, a code and values for screens in other languages. */
export interface LicenceProblem {
  readonly code: 'not_json' | 'not_a_map' | 'incomplete' | 'unknown_key' | 'changed' | 'absent' | 'unreadable' | 'clock'
  readonly text: string
  readonly values: Readonly<Record<string, string>>
}

export interface Verified {
  readonly licences: readonly HeldLicence[]
  readonly problems: readonly LicenceProblem[]
}

/** Reads the text of a licence file: one licence, or a list of several from different publishers. Never throws. */
export function verifyLicences(text: string, origin: string, keys: readonly string[]): Verified {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    const sentence = `The licence in ${origin} is not JSON: it was cut short or is another file. Copy it again.`
    return { licences: [], problems: [{ code: 'not_json', text: sentence, values: { origin } }] }
  }
  const licences: HeldLicence[] = []
  const problems: LicenceProblem[] = []
  for (const one of Array.isArray(content) ? (content as unknown[]) : [content]) {
    const found = verifyOne(one, origin, keys)
    if ('document' in found) licences.push(found)
    else problems.push(found)
  }
  return { licences, problems }
}

function verifyOne(content: unknown, origin: string, keys: readonly string[]): HeldLicence | LicenceProblem {
  if (!isObject(content))
    return { code: 'not_a_map', text: `The licence in ${origin} is not a map of names to values. Copy it again.`, values: { origin } }
  const parsed = licenceDocument.safeParse(content)
  if (!parsed.success) {
    const what = parsed.error.issues.map(({ path, message }) => `"${path.join('.')}" ${message}`).join(', ')
    const text = `The licence in ${origin} is not complete: ${what}. Ask its publisher for a new one.`
    return { code: 'incomplete', text, values: { origin, what } }
  }
  const document = parsed.data
  const { id } = document
  const key = keys.find((one) => keyId(one) === document.key)
  if (key === undefined) {
    const text =
      `The licence "${id}" in ${origin} is signed with the key ${document.key}, which this installation does not know. ` +
      'Add the public key to host.licence.keys, if it is the one of your publisher.'
    return { code: 'unknown_key', text, values: { origin, id, key: document.key } }
  }
  if (!verify(null, signedText(content), publicKey(key), Buffer.from(document.signature, 'base64url'))) {
    const text = `The licence "${id}" in ${origin} was changed after it was signed, so it does not count. Use the file as its publisher sent it.`
    return { code: 'changed', text, values: { origin, id } }
  }
  return { document, key, origin }
}
