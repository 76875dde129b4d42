import type { Migration, Migrations } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { lintMigrations } from './migration-lint.ts'

const sql = (...texts: string[]): Migration => ({
  up: async (db) => {
    for (const text of texts) await db.raw(text)
  },
})
const before = { '20261120T0900_before': sql("CREATE TABLE people (id uuid PRIMARY KEY, name text NOT NULL, kind text DEFAULT 'a, b')") }
const rules = async (migrations: Migrations) => (await lintMigrations(migrations)).map(({ rule }) => rule)
const rulesOf = (...texts: string[]) => rules({ ...before, '20261121T0900_now': sql(...texts) })

test.each<[string, string[]]>([
  ['DROP TABLE people', ['drop']],
  ['DROP TABLE IF EXISTS "people" CASCADE', ['drop']],
  ['TRUNCATE people', ['drop']],
  ['ALTER TABLE people DROP COLUMN name', ['drop']],
  ['ALTER TABLE people DROP name', ['drop']],
  ['ALTER TABLE people RENAME COLUMN name TO title', ['rename']],
  ['ALTER TABLE people RENAME TO persons', ['rename']],
  ['ALTER TYPE mood RENAME VALUE $$good$$ TO $$fine$$', ['rename']],
  ['ALTER TABLE people ALTER COLUMN name TYPE varchar(10)', ['type']],
  ['ALTER TABLE ONLY people ALTER name SET DATA TYPE varchar(10)', ['type']],
  ['ALTER TABLE people ADD COLUMN age integer NOT NULL', ['not-null']],
  ['ALTER TABLE people ADD age integer, ALTER COLUMN name SET NOT NULL', ['not-null']],
  ['ALTER TABLE people ALTER kind DROP DEFAULT', ['drop-default']],
  ['ALTER TABLE people ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid()', ['volatile-default']],
  ['ALTER TABLE people ADD COLUMN number bigserial', ['volatile-default']],
  ['CREATE INDEX people_name ON people (name)', ['index']],
  ['CREATE UNIQUE INDEX IF NOT EXISTS people_name ON plugin_x.people (lower(name))', ['index']],
  ['DROP INDEX people_name', ['index']],
  ['CREATE INDEX CONCURRENTLY people_name ON people (name)', ['in-transaction']],
  ['ALTER TABLE people ADD CONSTRAINT one UNIQUE (name)', ['constraint-index']],
  ['ALTER TABLE people ADD COLUMN code text UNIQUE', ['constraint-index']],
  ['ALTER TABLE people ADD CONSTRAINT long CHECK (length(name) > 3)', ['constraint-scan']],
  ['ALTER TABLE people ADD FOREIGN KEY (kind) REFERENCES kinds', ['constraint-scan']],
  ["UPDATE people SET name = 'where'", ['all-rows']],
  ['LOCK TABLE people', ['lock']],
  ['DO $$ BEGIN IF true THEN DROP TABLE people; END IF; END $$', ['drop']],
  ['ALTER TABLE people DROP COLUMN kind, ALTER name TYPE text', ['drop', 'type']],
])('%s', async (statement, expected) => {
  expect(await rulesOf(statement)).toEqual(expected)
})

test.each([
  'CREATE TABLE other (id uuid PRIMARY KEY); CREATE INDEX other_id ON other (id); ALTER TABLE other DROP COLUMN id; DROP TABLE other',
  'ALTER TABLE people ADD COLUMN age integer',
  'ALTER TABLE people ADD COLUMN age integer NOT NULL DEFAULT 0, ADD COLUMN at timestamptz NOT NULL DEFAULT now()',
  'ALTER TABLE people ALTER COLUMN kind SET NOT NULL',
  'ALTER TABLE people ALTER name SET DEFAULT $$nobody$$; ALTER TABLE people ALTER name SET NOT NULL',
  'ALTER TABLE people ALTER name DROP NOT NULL',
  'ALTER TABLE people ADD CONSTRAINT long CHECK (length(name) > 3) NOT VALID',
  'ALTER TABLE people VALIDATE CONSTRAINT long',
  'ALTER TABLE people ADD CONSTRAINT one UNIQUE USING INDEX people_name',
  "INSERT INTO people VALUES (gen_random_uuid(), 'DROP TABLE people; --', NULL)",
  "UPDATE people SET name = 'x' WHERE name IS NULL",
  'CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS $$ DELETE FROM people $$',
  '/* DROP TABLE people; */ SELECT 1',
  '-- safe: unused since 1.4\nALTER TABLE people DROP COLUMN name',
])('allows %s', async (statement) => {
  expect(await rulesOf(statement)).toEqual([])
})

test('a reason counts for its own statement only', async () => {
  expect(await rulesOf('/* safe: unused since 1.4 */ DROP TABLE people; DROP TABLE others')).toEqual(['drop'])
})

test('reads what the schema builder would send, too', async () => {
  const step: Migration = { up: (db) => db.schema.alterTable('people', (table) => void table.dropColumn('name')) }
  expect(await rules({ ...before, '20261121T0900_now': step })).toEqual(['drop'])
})

test('a step without a transaction is for CONCURRENTLY alone', async () => {
  const concurrent = ['DROP INDEX CONCURRENTLY IF EXISTS people_name', 'CREATE INDEX CONCURRENTLY people_name ON people (name)']
  const step = (...texts: string[]): Migrations => ({ ...before, '20261121T0900_now': { ...sql(...texts), transaction: false } })
  expect(await rules(step(...concurrent))).toEqual([])
  expect(await rules(step(...concurrent, 'ALTER TABLE people ADD COLUMN age integer'))).toEqual(['no-transaction'])
})

test('steps are read by name, whatever the order they are written in', async () => {
  const later = { '20261122T0900_later': sql('ALTER TABLE people ALTER name SET NOT NULL') }
  const first = { '20261121T0900_first': sql("ALTER TABLE people ALTER name SET DEFAULT 'nobody'") }
  expect(await rules({ ...later, ...first, ...before })).toEqual([])
})

test('a finding names the step, the statement and the way out', async () => {
  const [finding] = await lintMigrations({ '20261121T0900_now': sql('ALTER TABLE  people\n DROP COLUMN name -- not needed') })
  expect(finding).toEqual({
    migration: '20261121T0900_now',
    rule: 'drop',
    statement: 'ALTER TABLE PEOPLE DROP COLUMN NAME',
    problem: 'drops what the release before may still use',
    fix: 'Stop using it in this release, and drop it in a release after that, with the comment "-- safe: unused since <version>".',
  })
})

test('a step that needs data to be read says so', async () => {
  const step: Migration = { up: async (db) => void (await db.raw('SELECT 1 AS one')).rows[0].one.toFixed() }
  expect((await lintMigrations({ '20261121T0900_now': step }))[0]).toMatchObject({ rule: 'unreadable' })
})
