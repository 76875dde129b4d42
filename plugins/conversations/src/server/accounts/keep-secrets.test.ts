import type { Secrets } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { maskConfig, sealConfig, secretsOf, secretsSet, showConfig } from './account-secrets.ts'
import { keepSecrets } from './keep-secrets.ts'

const secret = z.string().min(1).meta({ format: 'password' })
let sealings = 0
const secrets = {
  seal: (text: string) => Buffer.from(`${(sealings += 1)} ${text}`).toString('base64'),
  open: (sealed: string) => Buffer.from(sealed, 'base64').toString().replace(/^\d+ /, ''),
} as unknown as Secrets

/** What a screen gets of saved settings, and what is saved when it sends them changed. */
function saved(schema: z.ZodType, opened: Record<string, unknown>) {
  const form = secretsOf(schema)
  const sealed = sealConfig(opened, form, secrets)
  return {
    form,
    sealed,
    shown: showConfig(sealed, form) as any,
    keep: (entered: Record<string, unknown>): unknown => keepSecrets(entered, { sealed, opened }, form, secrets),
  }
}

const shop = z.object({
  doors: z.array(z.object({ id: z.string().optional(), url: z.string(), key: secret.optional() })),
  keys: z.array(secret).default([]),
  headers: z.record(z.string(), secret).default({}),
  proxy: z.tuple([z.string(), secret]).optional(),
})
const before = {
  doors: [
    { url: 'https://a.example', key: 'key-a' },
    { url: 'https://a.example', key: 'key-b' },
    { url: 'https://c.example', key: 'key-c' },
  ],
  keys: ['one', 'two', 'three'],
  headers: { 'x-one': '1', 'x-two': '2' },
  proxy: ['p', 'pass'],
}

test('secrets are shown as marks where they are, and as a mask to the audit', () => {
  const { sealed, form, shown } = saved(shop, before)
  const mark = { $saved: expect.stringMatching(/^[\w-]{16}$/) as string }
  expect(shown.doors[0]).toEqual({ url: 'https://a.example', key: mark })
  expect(shown).toMatchObject({ keys: [mark, mark, mark], headers: { 'x-one': mark, 'x-two': mark }, proxy: ['p', mark] })
  expect(new Set(JSON.stringify(shown).match(/"\$saved":"[^"]+"/g)).size).toBe(9)
  expect(maskConfig(sealed, form)).toMatchObject({ keys: ['••••••••', '••••••••', '••••••••'], proxy: ['p', '••••••••'] })
  expect(secretsSet(sealed, form)).toEqual([
    ...['doors.0.key', 'doors.1.key', 'doors.2.key', 'keys.0', 'keys.1', 'keys.2', 'headers.x-one', 'headers.x-two', 'proxy.1'],
  ])
})

test('by name a secret stays when it is left out, empty or marked, and goes when it is null', () => {
  const schema = z.object({ token: secret, former: secret.optional(), empty: secret.nullable(), headers: z.record(z.string(), secret) })
  const { keep, shown } = saved(schema, { token: 't', former: 'f', empty: 'e', headers: { a: '1', b: '2' } })
  expect(keep({ headers: { a: '' } })).toEqual({ token: 't', former: 'f', empty: 'e', headers: { a: '1' } })
  expect(keep({ ...shown, token: 'new' })).toEqual({ token: 'new', former: 'f', empty: 'e', headers: { a: '1', b: '2' } })
  expect(keep({ ...shown, former: null, empty: null, headers: { a: null, b: '' } })).toEqual({ token: 't', empty: null, headers: { b: '2' } })
})

test('an item of a list keeps its secret wherever it goes and whatever else of it changes', () => {
  const { keep, shown } = saved(shop, before)
  const [a, b, c] = shown.doors
  expect(keep({ doors: [b, { ...c, id: 'changed' }], keys: shown.keys.slice(1) })).toMatchObject({
    doors: [
      { url: 'https://a.example', key: 'key-b' },
      { id: 'changed', url: 'https://c.example', key: 'key-c' },
    ],
    keys: ['two', 'three'],
  })
  expect(keep({ doors: [{ ...a, key: null }, { url: 'https://a.example' }, { ...c, key: 'new' }], keys: ['new', shown.keys[0]] })).toMatchObject({
    doors: [{ url: 'https://a.example' }, { url: 'https://a.example' }, { url: 'https://c.example', key: 'new' }],
    keys: ['new', 'one'],
  })
  expect(JSON.stringify(keep({ doors: [{ url: 'https://a.example' }], keys: [] }))).not.toContain('key-')
})

test('a secret of a list is not taken to another server, nor to where another kind of secret lies, nor from settings that changed meanwhile', () => {
  const { keep, shown } = saved(shop, before)
  const [a] = shown.doors
  expect(() => keep({ ...shown, doors: [{ ...a, url: 'https://c.example' }] })).toThrow('The settings now name https://c.example')
  expect(() => keep({ ...shown, keys: [a.key] })).toThrow('Nothing is saved for "keys.0"')
  expect(() => keep({ ...shown, doors: [{ ...a, key: shown.headers['x-one'] }] })).toThrow('Nothing is saved for "doors.0.key"')
  expect(() => keep({ ...shown, headers: { 'x-new': shown.headers['x-one'] } })).toThrow('Nothing is saved for "headers.x-new"')
  const { shown: later } = saved(shop, before)
  expect(() => keep({ ...shown, doors: [later.doors[0]] })).toThrow(
    expect.objectContaining({
      code: 'invalid_input',
      details: { issues: [{ path: 'doors.0.key', message: expect.stringContaining('Enter the secret again') }] },
    }),
  )
})

test('saved secrets go to no other server, however its address is written, and what is taken away goes nowhere', () => {
  const schema = z.object({ apiRoot: z.url(), token: secret, former: secret.optional() })
  const to = (apiRoot: string, entered: object = {}) =>
    saved(schema, { apiRoot: 'https://api.example:8443', token: 'hidden', former: 'old' }).keep({ apiRoot, ...entered })
  expect(to('https://api.example:8443/other')).toMatchObject({ token: 'hidden' })
  expect(to(' https://elsewhere.example', { token: 'another', former: null })).toEqual({ apiRoot: ' https://elsewhere.example', token: 'another' })
  const others = ['https://elsewhere.example', ' https://elsewhere.example', '\u00a0HTTPS://elsewhere.example', 'ht\ntps://elsewhere.example']
  for (const address of [...others, 'https://api.example', 'http://api.example:8443', 'smtp://elsewhere.example:25'])
    expect(() => to(address, { token: 'another' })).toThrow(/^The settings now name [a-z]+:\/\/(elsewhere|api)\.example/)
})
