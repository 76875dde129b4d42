import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { generateKeyPair, keyId } from './licence-keys.ts'
import { signLicence } from './sign-licence.ts'
import { TestPublisher } from './test-licence.ts'
import { verifyLicences } from './verify-licence.ts'

const publisher = new TestPublisher()
const { publicKey } = publisher.pair
const verify = (content: unknown, keys: readonly string[] = [publicKey]) =>
  verifyLicences(typeof content === 'string' ? content : JSON.stringify(content), 'config/licence.json', keys)

test('the canonical form has one spelling for one content', () => {
  const content = { b: [1, { z: null, a: 'є"\n' }], a: 5e7, A: true, ä: 0.1, omitted: undefined }
  expect(canonicalJson(content)).toBe('{"A":true,"a":50000000,"b":[1,{"a":"є\\"\\n","z":null}],"ä":0.1}')
})

test('a signed licence holds, however it is indented and ordered, with fields this version does not know', () => {
  const licence = publisher.sign({ limits: { operators: 120, 'ai.tokens.month': 5e7 }, region: { name: 'ua' } })
  const shuffled = Object.fromEntries(Object.entries(licence).reverse())
  for (const text of [JSON.stringify(licence), JSON.stringify(shuffled, undefined, 4)]) {
    const { licences, problems } = verify(text)
    expect(problems).toEqual([])
    expect(licences).toMatchObject([{ key: publicKey, origin: 'config/licence.json', document: { customer: 'ACME', grace_days: 10, trial: false } }])
  }
})

test('one file may hold licences of several publishers, and each stands for itself', () => {
  const other = new TestPublisher()
  const { licences, problems } = verify([publisher.sign(), other.sign({ id: 'lic_2' }), 7], [publicKey, other.pair.publicKey])
  expect(licences.map(({ document, key }) => [document.id, key])).toEqual([
    ['lic_1', publicKey],
    ['lic_2', other.pair.publicKey],
  ])
  expect(problems.map(({ text }) => text)).toEqual(['The licence in config/licence.json is not a map of names to values. Copy it again.'])
})

const licence = publisher.sign()
const unknown = `The licence "lic_1" in config/licence.json is signed with the key ${keyId(publicKey)}, which this installation does not know. Add the public key to host.licence.keys, if it is the one of your publisher.`
const changed =
  'The licence "lic_1" in config/licence.json was changed after it was signed, so it does not count. Use the file as its publisher sent it.'

test.each<[string, unknown, readonly string[], string]>([
  ['a feature was added', { ...licence, features: { gold: {}, platinum: {} } }, [publicKey], changed],
  ['its end was moved', { ...licence, expires: '2036-12-20' }, [publicKey], changed],
  ['a limit was added to a field nobody knew', { ...licence, more: 1 }, [publicKey], changed],
  ['the signature is of another licence', { ...licence, signature: publisher.sign({ id: 'lic_9' }).signature }, [publicKey], changed],
  ['the signature is not one', { ...licence, signature: 'x' }, [publicKey], changed],
  ['the key is not known', licence, [], unknown],
  ['the key is somebody else’s', licence, [generateKeyPair().publicKey], unknown],
  [
    'the file was cut short',
    JSON.stringify(licence).slice(0, 90),
    [publicKey],
    'The licence in config/licence.json is not JSON: it was cut short or is another file. Copy it again.',
  ],
  ['it is empty', '', [publicKey], 'The licence in config/licence.json is not JSON: it was cut short or is another file. Copy it again.'],
  ['it is a text', '"licence"', [publicKey], 'The licence in config/licence.json is not a map of names to values. Copy it again.'],
  [
    'fields are missing or wrong',
    { ...licence, customer: undefined, expires: '20.12.2026', grace_days: -1 },
    [publicKey],
    'The licence in config/licence.json is not complete: "customer" Invalid input: expected string, received undefined, ' +
      '"expires" must be a date such as "2027-11-20", "grace_days" Too small: expected number to be >=0. Ask its publisher for a new one.',
  ],
])('it does not count when %s', (_, content, keys, sentence) => {
  const { licences, problems } = verify(content, keys)
  expect([licences, problems.map(({ text }) => text)]).toEqual([[], [sentence]])
})

test('only a whole draft and an Ed25519 key make a licence', () => {
  expect(() => publisher.sign({ issued: 'yesterday' })).toThrow('The licence is not right: ✖ must be a date or a time such as "2026-11-20"')
  expect(() => signLicence({ ...licence }, 'secret')).toThrow('The private key cannot be read.')
})
