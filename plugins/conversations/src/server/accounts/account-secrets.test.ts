import type { Secrets } from '@parley/plugin-api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { maskConfig, openConfig, sealConfig, secretNames, secretsOf, secretsSet, showConfig } from './account-secrets.ts'
import { keepSecrets } from './keep-secrets.ts'

const secret = z.string().meta({ format: 'password' })
let sealings = 0
const secrets = {
  seal: (text: string) => Buffer.from(`${(sealings += 1)} ${text}`).toString('base64'),
  open: (sealed: string) => Buffer.from(sealed, 'base64').toString().replace(/^\d+ /, ''),
} as unknown as Secrets

test('a secret of a form is known as one also where it may be left out or be something else', () => {
  const form = z.object({ url: z.string(), plain: secret, optional: secret.optional(), empty: secret.default(''), nullable: secret.nullable() })
  expect(secretNames(form)).toEqual(['plain', 'optional', 'empty', 'nullable'])
})

/** A schema with a value of it. */
type Case = { readonly schema: z.ZodType; readonly value: unknown }
const hiddenText = fc.uuid().map((id) => `hidden-${id}`)
const { tree } = fc.letrec<{ tree: Case }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    hiddenText.map((value) => ({ schema: secret, value })),
    fc.constantFrom('eu', 'us').map((value) => ({ schema: z.string(), value })),
    fc.integer().map((value) => ({ schema: z.number(), value })),
    tie('tree').map(({ schema, value }) => ({ schema: schema.optional(), value })),
    tie('tree').map(({ schema }) => ({ schema: schema.nullable(), value: null })),
    tie('tree').map(({ schema, value }) => ({ schema: z.union([z.boolean(), schema]), value })),
    tie('tree').map(({ schema, value }) => ({ schema: schema.nullable().default(null), value })),
    tie('tree').map(({ schema, value }) => ({ schema: z.array(schema), value: [value, value] })),
    tie('tree').map(({ schema, value }) => ({ schema: z.record(z.string(), schema), value: { first: value, second: value } })),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({ schema: z.tuple([a.schema, b.schema]), value: [a.value, b.value] })),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({ schema: z.object({ a: a.schema, b: b.schema }), value: { a: a.value, b: b.value } })),
  ),
}))

test('wherever secrets are in a form, they are sealed, never shown, and stay when the form is saved as it was shown', () => {
  fc.assert(
    fc.property(tree, tree, hiddenText, (one, two, token) => {
      const schema = z.object({ one: one.schema, two: z.object({ deep: two.schema }), token: secret })
      const config = { one: one.value, two: { deep: two.value }, token }
      expect(schema.safeParse(config).success).toBe(true)
      const form = secretsOf(schema)
      const sealed = sealConfig(config, form, secrets)
      const shown = showConfig(sealed, form)
      const seen = [sealed, shown, showConfig(sealed, secretsOf(undefined)), maskConfig(sealed, form), maskConfig(sealed, secretsOf(undefined))]
      expect(JSON.stringify(seen)).not.toContain('hidden')
      expect(JSON.stringify(shown)).not.toContain('$sealed')
      expect(openConfig(sealed, secrets)).toEqual(config)
      expect(secretsSet(sealed, form)).toHaveLength(JSON.stringify(config).split('hidden-').length - 1)
      expect(keepSecrets(shown, { sealed, opened: config }, form, secrets)).toEqual(config)
    }),
    { numRuns: 300 },
  )
})

test('a secret that is an empty text is none: not set, not kept from another server', () => {
  const form = secretsOf(z.object({ apiRoot: z.url(), token: secret.default('') }))
  const config = { apiRoot: 'https://api.example', token: '' }
  const sealed = sealConfig(config, form, secrets)
  expect([secretsSet(sealed, form), showConfig(sealed, form), openConfig(sealed, secrets)]).toEqual([[], config, config])
  expect(keepSecrets({ apiRoot: 'https://elsewhere.example' }, { sealed, opened: config }, form, secrets)).toEqual({
    apiRoot: 'https://elsewhere.example',
  })
})

test('what looks sealed is not taken from outside', () => {
  const open = z.object({ anything: z.unknown(), token: secret })
  const forged = { anything: [{ $sealed: secrets.seal('somebody’s') }], token: 'x' }
  expect(() => sealConfig(forged, secretsOf(open), secrets)).toThrow('which only Parley writes')
})

test('a secret is known also where schemas share it by name, and in every form that an account may have', () => {
  const shared = (id: string) => z.object({ token: z.string().meta({ id, format: 'password' }).optional() })
  expect(['Token', 'acme/token', 'a~1b'].map((id) => secretNames(shared(id)))).toEqual([['token'], ['token'], ['token']])
  const either = z.discriminatedUnion('by', [
    z.object({ by: z.literal('token'), token: secret }),
    z.object({ by: z.literal('key'), token: secret, key: secret, name: z.string() }),
  ])
  expect(secretNames(either)).toEqual(['token', 'key'])
  expect(secretNames(z.intersection(z.object({ url: z.string() }), z.object({ key: secret })))).toEqual(['key'])
})
