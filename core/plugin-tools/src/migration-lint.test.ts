import type { Migration, Migrations } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { lintMigrations } from './migration-lint.ts'

const sql = (...texts: string[]): Migration => ({
  up: async (db) => {
    for (const text of texts) await db.raw(text)
  },
})
const before = {
  '20261120T0900_before': sql(
    "CREATE TABLE people (id uuid PRIMARY KEY, name text NOT NULL, kind text DEFAULT 'a, b', CONSTRAINT one_of_a_kind UNIQUE (kind))",
  ),
}
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
  ['CREATE UNIQUE INDEX IF NOT EXISTS people_name ON people (lower(name))', ['index']],
  ['DROP INDEX people_name', ['index']],
  ['CREATE INDEX CONCURRENTLY people_name ON people (name)', ['in-transaction']],
  ['ALTER TABLE people ADD CONSTRAINT one UNIQUE (name)', ['constraint-index']],
  ['ALTER TABLE people ADD COLUMN code text UNIQUE', ['constraint-index']],
  ['ALTER TABLE people ADD CONSTRAINT long CHECK (length(name) > 3)', ['constraint-scan']],
  ['ALTER TABLE people ADD FOREIGN KEY (kind) REFERENCES kinds', ['constraint-scan']],
  ['ALTER TABLE people ADD COLUMN age integer CHECK (age > 0)', ['constraint-scan']],
  ["ALTER TABLE people ADD COLUMN sort text DEFAULT 'a' REFERENCES kinds", ['constraint-scan']],
  ["UPDATE people SET name = 'where'", ['all-rows']],
  ["UPDATE people SET name = 'x' WHERE true", ['all-rows']],
  ['DELETE FROM people WHERE 1=1 RETURNING id', ['all-rows']],
  ["DELETE FROM people WHERE ('a' = 'a') AND NOT false", ['all-rows']],
  ["UPDATE people SET kind = 'x' WHERE kind = 'y' OR true", ['all-rows']],
  ["UPDATE people SET kind = 'x' WHERE id = id", ['all-rows']],
  ["UPDATE people SET kind = 'x' WHERE id IS NOT NULL", ['all-rows']],
  ["UPDATE people AS p SET kind = 'x' WHERE p.name IS NOT NULL", ['all-rows']],
  ['UPDATE people SET kind = (SELECT kind FROM kinds WHERE title = name)', ['all-rows']],
  ["WITH other AS (SELECT 1 AS one) UPDATE people SET kind = 'x'", ['all-rows']],
  ['WITH RECURSIVE a (n) AS (SELECT 1), gone AS MATERIALIZED (DELETE FROM people RETURNING id) SELECT count(*) FROM gone WHERE 1 = 1', ['all-rows']],
  ['ALTER TABLE people DROP CONSTRAINT people_pkey', ['drop-key']],
  ['ALTER TABLE people DROP CONSTRAINT IF EXISTS one_of_a_kind CASCADE', ['drop-key']],
  ['CREATE TRIGGER noted AFTER INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION note()', ['trigger']],
  ['CREATE TABLE host.users2 (id uuid PRIMARY KEY)', ['schema']],
  ["DELETE FROM plugin_identity.users WHERE name = 'x'", ['schema']],
  ["UPDATE ONLY plugin_identity.users SET name = '' WHERE id = 1", ['schema']],
  ['INSERT INTO "host"."users" VALUES (1)', ['schema']],
  ['INSERT INTO people SELECT id, name FROM plugin_identity.users', ['schema']],
  ['UPDATE people SET kind = u.kind FROM kinds k JOIN plugin_identity.users u ON u.id = k.id WHERE people.kind = k.kind', ['schema']],
  ['ALTER TABLE people ADD COLUMN owner uuid REFERENCES plugin_identity.users', ['schema']],
  ['CREATE INDEX CONCURRENTLY users_name ON plugin_identity.users (name)', ['schema', 'in-transaction']],
  ['SET LOCAL search_path TO host', ['schema']],
  ['INSERT INTO people SELECT gen_random_uuid(), n::text FROM generate_series(1, 100000000) AS n', ['bulk']],
  ['INSERT INTO people SELECT gen_random_uuid(), n::text FROM generate_series(1, (SELECT max(n) FROM sizes)) AS n', ['bulk']],
  ['CREATE TABLE numbers AS SELECT generate_series(1, 1000000)', ['bulk']],
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
  "UPDATE people SET name = 'x' WHERE kind IS NOT NULL",
  "UPDATE people SET name = 'x' WHERE name = 'y' AND true RETURNING id",
  "DELETE FROM people WHERE length(name) BETWEEN 1 AND 3 OR kind = 'x'",
  "WITH old AS (SELECT id FROM people WHERE kind = 'x') UPDATE people SET name = 'x' FROM old WHERE old.id = people.id",
  'ALTER TABLE people ADD COLUMN parent uuid REFERENCES people',
  'ALTER TABLE people DROP CONSTRAINT long',
  'CREATE TABLE other (id uuid); CREATE TRIGGER noted BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION note(); UPDATE other SET id = NULL',
  'INSERT INTO people SELECT id, title FROM plugin_identity.published_users u WHERE u.kind IS DISTINCT FROM u.title AND extract(day FROM u.at) = 1',
  'ALTER SEQUENCE numbers OWNED BY people.id',
  'INSERT INTO people SELECT gen_random_uuid(), n::text FROM generate_series(1, 24) AS n',
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

test.each([
  [
    'UPDATE people SET kind = NULL WHERE true',
    'touches every row in one transaction',
    'Do it in batches by a job, or say WHERE with a condition that chooses.',
  ],
  [
    'DELETE FROM plugin_identity.users WHERE id = 1',
    'names a schema, and a step may only touch that of its own plugin, in which it runs',
    'Leave the schema out, and ask the service of another plugin for what is in its tables.',
  ],
])('%s is told the way out', async (statement, problem, fix) => {
  expect(await lintMigrations({ ...before, '20261121T0900_now': sql(statement) })).toEqual([expect.objectContaining({ problem, fix })])
})

test('a step that needs data to be read says so', async () => {
  const step: Migration = { up: async (db) => void (await db.raw('SELECT 1 AS one')).rows[0].one.toFixed() }
  expect((await lintMigrations({ '20261121T0900_now': step }))[0]).toMatchObject({ rule: 'unreadable' })
})
