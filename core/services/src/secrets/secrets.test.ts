import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@parley/plugin-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSecrets } from './secrets.ts'

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const newKey = () => randomBytes(32).toString('base64')

describe('secrets', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-secrets-'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  const make = (keys?: string) => createSecrets({ keys, dataDir, log: silent })

  test('what was sealed can be opened and is never the same twice', () => {
    const secrets = make(newKey()).forPlugin('conversations')
    const sealed = secrets.seal('токен 🔑')
    expect(secrets.open(sealed)).toBe('токен 🔑')
    expect(sealed).not.toContain('токен')
    expect(secrets.seal('токен 🔑')).not.toBe(sealed)
  })

  test('an empty text is sealed too', () => {
    const secrets = make(newKey()).forPlugin('a')
    expect(secrets.open(secrets.seal(''))).toBe('')
  })

  test('what one plugin sealed another cannot open', () => {
    const service = make(newKey())
    const sealed = service.forPlugin('conversations').seal('secret')
    expect(() => service.forPlugin('clients').open(sealed)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  test('a changed text is refused', () => {
    const secrets = make(newKey()).forPlugin('a')
    const sealed = secrets.seal('secret')
    const end = sealed.endsWith('A') ? 'B' : 'A'
    expect(() => secrets.open(sealed.slice(0, -1) + end + 'AA')).toThrow(/changed after it was sealed/)
    expect(() => secrets.open('plain')).toThrow(/not sealed by this installation/)
  })

  test('a shortened authentication tag is refused', () => {
    const secrets = make(newKey()).forPlugin('a')
    const [version, keyId] = secrets.seal('').split('.')
    expect(() => secrets.open(`${version}.${keyId}.${randomBytes(14).toString('base64url')}`)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  })

  test('after a change of keys the old one still opens and the new one seals', () => {
    const [oldKey, freshKey] = [newKey(), newKey()]
    const sealed = make(oldKey).forPlugin('a').seal('secret')
    const both = make(`${freshKey}, ${oldKey}`)
    expect(both.forPlugin('a').open(sealed)).toBe('secret')
    expect(make(freshKey).forPlugin('a').open(both.forPlugin('a').seal('x'))).toBe('x')
    expect(() => make(freshKey).forPlugin('a').open(sealed)).toThrow(/Add the old key after the new one/)
  })

  test('derived keys differ by plugin and purpose and are the same in every process', () => {
    const key = newKey()
    const [first, second] = [make(key), make(key)]
    expect(first.forPlugin('a').derive('jwt')).toEqual(second.forPlugin('a').derive('jwt'))
    expect(first.forPlugin('a').derive('jwt')).toHaveLength(32)
    expect(first.forPlugin('a').derive('jwt')).not.toEqual(first.forPlugin('b').derive('jwt'))
    expect(first.forPlugin('a').derive('jwt')).not.toEqual(first.forPlugin('a').derive('cookie'))
    const rotated = make(`${newKey()},${key}`).forPlugin('a').deriveAll('jwt')
    expect(rotated).toHaveLength(2)
    expect(rotated[1]).toEqual(first.forPlugin('a').derive('jwt'))
  })

  test('without a key one is generated once, readable by its owner only', () => {
    const sealed = make().forPlugin('a').seal('secret')
    const file = join(dataDir, 'secret.key')
    expect(statSync(file).mode.toString(8).slice(-3)).toBe('600')
    expect(Buffer.from(readFileSync(file, 'utf8'), 'base64')).toHaveLength(32)
    expect(make().forPlugin('a').open(sealed)).toBe('secret')
    expect(readdirSync(dataDir)).toEqual(['secret.key'])
  })

  test('a key file that others can read is narrowed and reported', () => {
    make()
    const file = join(dataDir, 'secret.key')
    chmodSync(file, 0o644)
    const warnings: string[] = []
    createSecrets({ keys: undefined, dataDir, log: { ...silent, warn: (message) => warnings.push(message) } })
    expect(statSync(file).mode.toString(8).slice(-3)).toBe('600')
    expect(warnings).toHaveLength(1)
  })

  test('a key of the wrong length is refused with the way to make one', () => {
    expect(() => make(`${newKey()},${randomBytes(16).toString('base64')}`)).toThrow(/key 2 has 16\. Make one with: openssl rand -base64 32/)
  })
})
