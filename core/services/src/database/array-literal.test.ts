import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrayLiteral } from './array-literal.ts'

let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database.close())

const text = fc.string({
  unit: fc.oneof(fc.constantFrom('"', '\\', ',', '{', '}', ' ', '\n', 'NULL', 'é', '😀'), fc.string({ minLength: 1, maxLength: 1 })),
})
const storable = text.filter((one) => !one.includes('\0'))

test('PostgreSQL reads the texts that were meant', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(storable, fc.constant(null)), { maxLength: 6 }), async (values) => {
      const [row] = await database.host.query('SELECT $1::text[] AS read', [arrayLiteral(values)])
      expect(row?.['read']).toEqual(values)
    }),
    { numRuns: 100 },
  )
})

test('numbers, truth and nothing', async () => {
  const literals = [arrayLiteral([1, -2.5, undefined]), arrayLiteral([true, false, null]), arrayLiteral([])]
  const [row] = await database.host.query('SELECT $1::float[] AS a, $2::bool[] AS b, $3::int[] AS c', literals)
  expect(row).toEqual({ a: [1, -2.5, null], b: [true, false, null], c: [] })
})

test('everything else is left to the driver', async () => {
  for (const value of [Buffer.from('a'), new Date(), { a: 1 }, [1]]) expect(arrayLiteral(['a', value])).toBeUndefined()
  const bytes = [Buffer.from([0, 1, 255]), Buffer.alloc(0)]
  const [row] = await database.host.query('SELECT $1::bytea[] AS read', [bytes])
  expect(row?.['read']).toEqual(bytes)
})
