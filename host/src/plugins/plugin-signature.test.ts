import { generateKeyPairSync } from 'node:crypto'
import { generateKeyPair } from '@parley/kernel'
import { expect, test } from 'vitest'
import { formatSignature, parseSignature, signatureProblem, signatureState, signPlugin, type PublisherTrust } from './plugin-signature.ts'

const content = { id: 'line', version: '1.2.0', integrity: 'sha512-abc' }
const acme = generateKeyPair()
const mallory = generateKeyPair()
const required: PublisherTrust = { required: true, publishers: { acme: [generateKeyPair().publicKey, acme.publicKey] } }
const optional: PublisherTrust = { ...required, required: false }

test('a signature of a listed publisher names it', () => {
  const signature = parseSignature(formatSignature(content, signPlugin(content, acme.privateKey)), 'x.sig')
  const state = signatureState(content, signature, required)
  expect(state).toEqual({ state: 'signed', publisher: 'acme' })
  expect(signatureProblem(state, required)).toBeUndefined()
})

test.each([
  ['id', { ...content, id: 'linea' }],
  ['version', { ...content, version: '1.2.1' }],
  ['files', { ...content, integrity: 'sha512-abd' }],
])('for another %s it is worth nothing, even where none is required', (_, other) => {
  const state = signatureState(other, signPlugin(content, acme.privateKey), optional)
  expect(state).toEqual({ state: 'invalid', key: acme.publicKey })
  expect(signatureProblem(state, optional)).toBe(
    `its signature by ${acme.publicKey} does not fit its files, id and version. Ask its publisher for the right one.`,
  )
})

test('a key of somebody else does not become that of a publisher by saying so', () => {
  const signature = { ...signPlugin(content, mallory.privateKey), key: acme.publicKey }
  expect(signatureState(content, signature, required).state).toBe('invalid')
})

test('the reasons for a plugin that nobody listed has signed', () => {
  const unknown = signatureState(content, signPlugin(content, mallory.privateKey), required)
  expect(signatureProblem(unknown, required)).toBe(
    `it is signed by ${mallory.publicKey}, which host.publishers does not list, and host.signatures is "required". List the key if you trust its owner.`,
  )
  expect(signatureProblem({ state: 'unsigned' }, required)).toBe(
    'it is not signed and host.signatures is "required". Ask its publisher for the .sig file, and add it again with that.',
  )
  expect(signatureProblem(unknown, optional)).toBeUndefined()
  expect(signatureProblem({ state: 'unsigned' }, optional)).toBeUndefined()
})

test('keys and files that are none are refused in a sentence', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  expect(() => signPlugin(content, rsa)).toThrow('The key is of type rsa. Use an Ed25519 key.')
  expect(() => signPlugin(content, 'hello')).toThrow('The key is no private key in PEM.')
  expect(() => parseSignature('{}', 'x.sig')).toThrow('x.sig is no signature of a plugin.')
  expect(signatureState(content, { key: 'ed25519:AAAA', value: 'x' }, required).state).toBe('invalid')
})
