import type { JsonSchema } from '@parley/plugin-api'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dropRemovedSecrets, mapSecrets } from './secret-properties.ts'

const password = z.string().meta({ format: 'password' })
const schemaOf = (schema: z.ZodType): JsonSchema => schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
const upper = (schema: z.ZodType, value: unknown) => mapSecrets(schemaOf(schema), value, (secret) => secret.toUpperCase())

describe('secret properties', () => {
  test('only texts marked as passwords are changed', () => {
    const schema = z.object({ url: z.string(), token: password, deep: z.object({ key: password.optional(), note: z.string() }) })
    expect(upper(schema, { url: 'u', token: 't', deep: { key: 'k', note: 'n' } })).toEqual({ url: 'u', token: 'T', deep: { key: 'K', note: 'n' } })
  })

  test('an empty secret is no secret', () => {
    expect(mapSecrets(schemaOf(z.object({ token: password })), { token: '' }, () => 'x')).toEqual({ token: '' })
  })

  test('secrets are found in lists, records, unions and nullable fields', () => {
    const schema = z.object({
      list: z.array(z.object({ key: password })),
      byName: z.record(z.string(), password),
      either: z.union([z.object({ kind: z.literal('a'), secret: password }), z.object({ kind: z.literal('b'), plain: z.string() })]),
      nullable: password.nullable(),
    })
    const value = { list: [{ key: 'a' }], byName: { x: 'b' }, either: { kind: 'a', secret: 'c' }, nullable: 'd' }
    expect(upper(schema, value)).toEqual({ list: [{ key: 'A' }], byName: { x: 'B' }, either: { kind: 'a', secret: 'C' }, nullable: 'D' })
  })

  test('secrets are found in tuples, behind the places that they list, and in records by pattern', () => {
    const pair = z.tuple([z.string(), password.nullable(), z.object({ key: password.default('') })])
    const schema = z.object({ pair, rest: z.tuple([z.string()], z.array(password).optional()) })
    expect(upper(schema, { pair: ['a', 'b', { key: 'c' }], rest: ['d', ['e', 'f']] })).toEqual({
      pair: ['a', 'B', { key: 'C' }],
      rest: ['d', ['E', 'F']],
    })
    const byPattern = {
      patternProperties: { '^key_': { format: 'password' }, '(': { format: 'password' } },
      additionalProperties: { type: 'string' },
    }
    expect(mapSecrets({ patternProperties: { '^key_': { format: 'password' } } }, { key_a: 'a', url: 'b' }, () => 'x')).toEqual({
      key_a: 'x',
      url: 'b',
    })
    expect(mapSecrets(byPattern, { url: 'b' }, () => 'x')).toEqual({ url: 'x' })
  })

  test('in a tuple the stored secret is found by its position', () => {
    const schema = schemaOf(z.object({ pair: z.tuple([z.string(), password]) }))
    expect(mapSecrets(schema, { pair: ['a', 'mask'] }, (_, kept) => kept!, { pair: ['a', 'stored'] })).toEqual({ pair: ['a', 'stored'] })
  })

  test('secrets are found behind references', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/account' } },
      $defs: { account: { properties: { key: { format: 'password' } } } },
    }
    expect(mapSecrets(schema, { a: { key: 'k' } }, () => 'x')).toEqual({ a: { key: 'x' } })
  })

  test('a schema that refers to itself is refused instead of never ending', () => {
    expect(() => mapSecrets({ $ref: '#' }, { a: 1 }, () => 'x')).toThrow(expect.objectContaining({ code: 'unprocessable' }))
  })

  test('the stored secret is found by its place, in lists by the id of the item only', () => {
    const schema = schemaOf(z.object({ token: password, list: z.array(z.object({ id: z.string().optional(), key: password })) }))
    const stored = { token: 'old', list: [{ id: '1', key: 'one' }, { id: '2', key: 'two' }, { key: 'nameless' }] }
    const seen: [string, string | undefined][] = []
    const value = { token: 't', list: [{ id: '2', key: 'k' }, { id: '3', key: 'k' }, { key: 'k' }] }
    mapSecrets(schema, value, (secret, kept, path) => (seen.push([path, kept]), secret), stored)
    expect(seen).toEqual([
      ['/token', 'old'],
      ['/list/0/key', 'two'],
      ['/list/1/key', undefined],
      ['/list/2/key', undefined],
    ])
  })

  test('null removes a secret where it is no value', () => {
    const schema = z.object({ token: password.optional(), either: password.nullable(), note: z.string(), list: z.array(z.object({ key: password })) })
    const value = { token: null, either: null, note: null, list: [{ key: null }, { key: 'k' }] }
    expect(dropRemovedSecrets(schemaOf(schema), value)).toEqual({ either: null, note: null, list: [{}, { key: 'k' }] })
  })
})
