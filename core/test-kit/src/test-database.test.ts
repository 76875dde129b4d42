import { expect, test } from 'vitest'
import { createTestDatabase } from './test-database.ts'

const notes = {
  id: 'toy-notes',
  migrations: {
    '20261120T0900_notes': {
      up: async (db: { raw(sql: string): Promise<unknown> }) => void (await db.raw('CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL)')),
    },
  },
}

test('each test database is migrated and of its own', async () => {
  await using first = await createTestDatabase({ plugins: [notes as never] })
  await using second = await createTestDatabase({ plugins: [notes as never] })
  await first.db.query('INSERT INTO {notes} VALUES (gen_random_uuid(), $1)', ['hello'])
  expect(await first.db.query('SELECT text FROM {notes}')).toEqual([{ text: 'hello' }])
  expect(await second.db.query('SELECT text FROM {notes}')).toEqual([])
})
