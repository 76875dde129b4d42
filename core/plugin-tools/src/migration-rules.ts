import { choosesRows, withoutCommonTables } from './sql-conditions.ts'
import { splitAtCommas } from './sql-statements.ts'

/** What is known of the schema while the steps are read in their order. */
export interface KnownSchema {
  /** Tables and other things that this very step creates: no release uses them yet. */
  readonly fresh: Set<string>
  /** `TABLE.COLUMN` with a default. */
  readonly defaults: Set<string>
  /** `TABLE.COLUMN` that is never NULL. */
  readonly required: Set<string>
  /** Names of constraints that are UNIQUE, PRIMARY KEY or EXCLUDE. */
  readonly keys: Set<string>
}

export interface MigrationProblem {
  readonly rule: string
  readonly problem: string
  readonly fix: string
}

const own = 'a step of its own with "transaction: false"'
const later = 'Stop using it in this release, and drop it in a release after that, with the comment "-- safe: unused since <version>"'

const problems = {
  drop: ['drops what the release before may still use', `${later}.`],
  rename: [
    'renames what the release before finds by its old name only',
    'Add the new one, write both, read the new one, and drop the old one later.',
  ],
  type: [
    'changes a type: the table is rewritten under a lock, and the release before may not read the new type',
    'Add a column of the new type, write both, fill it in batches by a job, read the new one, and drop the old one later.',
  ],
  'not-null': [
    'demands a value that the release before does not write',
    'Give the column a DEFAULT, or leave it nullable and demand the value in the code.',
  ],
  'drop-default': ['takes away a default that the release before relies on', `${later}.`],
  'volatile-default': [
    'adds a column whose default differs for every row, so the table is rewritten under a lock',
    'Add the column without a default, then SET DEFAULT for new rows, and fill the old ones in batches by a job.',
  ],
  index: [
    'builds or drops an index while writes to the table wait',
    `Use CONCURRENTLY, in ${own}: first DROP INDEX CONCURRENTLY IF EXISTS, then CREATE INDEX CONCURRENTLY, so that it can be repeated.`,
  ],
  'in-transaction': ['is CONCURRENTLY, which PostgreSQL refuses inside a transaction', `Put it into ${own}.`],
  'no-transaction': ['runs without a transaction, so a failure leaves it half done', 'Only CONCURRENTLY needs that. Put this into another step.'],
  'constraint-index': [
    'builds an index for a constraint while the table is locked',
    `CREATE UNIQUE INDEX CONCURRENTLY in ${own}, then ADD CONSTRAINT … UNIQUE (or PRIMARY KEY) USING INDEX.`,
  ],
  'constraint-scan': [
    'reads the whole table under a lock',
    'Add the constraint NOT VALID, on its own and not with its column, and VALIDATE CONSTRAINT in the next step.',
  ],
  'drop-key': ['drops a key, without which ON CONFLICT of the release before fails', `${later}.`],
  trigger: [
    'adds to what the release before writes something it knows nothing of, and waits for its writes to end',
    'Do it in the code that writes, and what the release before wrote in batches by a job.',
  ],
  'all-rows': ['touches every row in one transaction', 'Do it in batches by a job, or say WHERE with a condition that chooses.'],
  bulk: ['writes many rows, or nobody knows how many, in one transaction', 'Write them in batches by a job.'],
  schema: [
    'names a schema, and a step may only touch that of its own plugin, in which it runs',
    'Leave the schema out, and ask the service of another plugin for what is in its tables.',
  ],
  lock: ['locks the table while it is rewritten', 'Do it by hand in a window of maintenance, not in a migration.'],
} satisfies Record<string, readonly [string, string]>

type Rule = keyof typeof problems

const name = String.raw`((?:[\w{}$-]+\.)?[\w{}$-]+)`
const nameOf = (found: string): string => found.split('.').at(-1)!
const volatile =
  /\bDEFAULT\b.*\b(?:GEN_RANDOM_UUID|UUIDV[47]|UUID_GENERATE_V\d\w*|RANDOM|CLOCK_TIMESTAMP|TIMEOFDAY|NEXTVAL)\s*\(|^\S+ (?:SMALL|BIG)?SERIAL\b|\bGENERATED\b/

const created = new RegExp(
  String.raw`^CREATE (?:OR REPLACE )?(?:UNLOGGED |TEMP |TEMPORARY |UNIQUE |CONSTRAINT )*` +
    String.raw`(?:TABLE|VIEW|MATERIALIZED VIEW|SEQUENCE|TYPE|DOMAIN|FUNCTION|PROCEDURE|INDEX(?: CONCURRENTLY)?) (?:IF NOT EXISTS )?${name}(.*)$`,
)
const dropped = new RegExp(
  String.raw`^DROP (?:TABLE|VIEW|MATERIALIZED VIEW|SEQUENCE|TYPE|DOMAIN|FUNCTION|PROCEDURE|SCHEMA|TRIGGER) (?:IF EXISTS )?${name}`,
)
const indexed = new RegExp(String.raw`^CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?.*?\bON (?:ONLY )?${name}`)
const altered = new RegExp(String.raw`^ALTER (?:TABLE|VIEW|MATERIALIZED VIEW|SEQUENCE|TYPE|DOMAIN) (?:IF EXISTS )?(?:ONLY )?${name} (.*)$`)
const touched = new RegExp(String.raw`^(?:UPDATE|DELETE FROM) (?:ONLY )?${name}`)
const triggered = new RegExp(String.raw`^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER .*? ON ${name}`)
// what the system's own catalogue and another plugin's published views say may be read
const elsewhere = String.raw`(?!PG_CATALOG\.|INFORMATION_SCHEMA\.)[\w{}$-]+\.(?!PUBLISHED_)[\w{}$-]+`
const schemaNamed = [
  new RegExp(
    String.raw`^(?:CREATE|ALTER|DROP|TRUNCATE|LOCK|REFRESH|UPDATE|DELETE FROM) ` +
      String.raw`(?:(?:OR REPLACE|UNLOGGED|TABLE|MATERIALIZED|VIEW|SEQUENCE|TYPE|DOMAIN|FUNCTION|PROCEDURE|INDEX|CONCURRENTLY|IF|NOT|EXISTS|ONLY) )*${elsewhere}`,
  ),
  new RegExp(String.raw`^CREATE (?:OR REPLACE )?(?:(?:UNIQUE|CONSTRAINT) )?(?:INDEX|TRIGGER) .*? ON (?:ONLY )?${elsewhere}`),
  new RegExp(String.raw`\b(?:INTO|JOIN|REFERENCES|USING|(?<!\bDISTINCT )FROM) (?:ONLY )?${elsewhere}(?!\S*\()`),
  /^SET (?:LOCAL |SESSION )?SEARCH_PATH\b|^CREATE SCHEMA\b/,
]
// FROM is a word of theirs, too
const functionsWithFrom = /\b(?:EXTRACT|SUBSTRING|TRIM|OVERLAY) ?\([^()]*\)/g

const series = /\bGENERATE_SERIES ?\(([^()]*)\)?/g
const fewRows = 10_000

/** Whether a statement that writes makes rows out of nothing, more than a few or as many as only the database knows. */
function isBulk(code: string): boolean {
  if (!/^(?:INSERT INTO|CREATE (?:UNLOGGED )?TABLE)\b/.test(code)) return false
  return [...code.matchAll(series)].some(([, bounds = '']) => {
    const [from, to, step = 1] = bounds.split(',').map((bound) => (bound.trim() === '' ? NaN : Number(bound)))
    const rows = (to! - from!) / step
    return !(rows < fewRows)
  })
}

const truncated = new RegExp(String.raw`^TRUNCATE (?:TABLE )?(?:ONLY )?${name}`)

/** As PostgreSQL names a key that has no name. */
const defaultKey = /_(?:PKEY|KEY|EXCL)\d*$/

/** What is wrong with one action of an ALTER TABLE. */
function ruleOfAction(table: string, action: string, known: KnownSchema): Rule | undefined {
  if (/^(RENAME|SET SCHEMA)\b/.test(action)) return 'rename'
  if (/^SET (LOGGED|UNLOGGED|TABLESPACE)\b/.test(action)) return 'lock'
  const constraintDropped = /^DROP CONSTRAINT (?:IF EXISTS )?(\S+)/.exec(action)?.[1]
  if (constraintDropped !== undefined) return known.keys.has(constraintDropped) || defaultKey.test(constraintDropped) ? 'drop-key' : undefined
  if (/^DROP (?!NOT NULL|DEFAULT)/.test(action)) return 'drop'
  const constraint = /^ADD (?:CONSTRAINT \S+ )?(PRIMARY KEY|UNIQUE|EXCLUDE|CHECK|FOREIGN KEY)\b/.exec(action)?.[1]
  if (constraint === 'CHECK' || constraint === 'FOREIGN KEY') return /\bNOT VALID\b/.test(action) ? undefined : 'constraint-scan'
  if (constraint !== undefined) return /\bUSING INDEX\b/.test(action) ? undefined : 'constraint-index'
  const added = /^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(\S+ .*)$/.exec(action)?.[1]
  if (added !== undefined) {
    if (/\b(PRIMARY KEY|UNIQUE)\b/.test(added)) return 'constraint-index'
    if (volatile.test(added)) return 'volatile-default'
    // a reference of a new column is looked up only where the column comes with a value
    if (/\bCHECK ?\(/.test(added) || (/\bREFERENCES\b/.test(added) && /\bDEFAULT (?!NULL\b)/.test(added))) return 'constraint-scan'
    return /\bNOT NULL\b/.test(added) && !/\bDEFAULT\b/.test(added) ? 'not-null' : undefined
  }
  const [, column, change = ''] = /^ALTER (?:COLUMN )?(\S+) (.*)$/.exec(action) ?? []
  if (/^(SET DATA )?TYPE\b/.test(change)) return 'type'
  if (/^DROP DEFAULT\b/.test(change)) return 'drop-default'
  if (/^SET NOT NULL\b/.test(change) && !known.defaults.has(`${table}.${column}`)) return 'not-null'
  return undefined
}

const namesSchema = (code: string): boolean => {
  const plain = code.replace(functionsWithFrom, '')
  return schemaNamed.some((pattern) => pattern.test(plain))
}

function rulesOf(code: string, known: KnownSchema): (Rule | undefined)[] {
  const fresh = (found: string | undefined): boolean => found !== undefined && known.fresh.has(nameOf(found))
  const drop = dropped.exec(code)?.[1]
  if (drop !== undefined) return [fresh(drop) ? undefined : 'drop']
  const index = indexed.exec(code)
  if (index) return [index[1] !== undefined || fresh(index[2]) ? undefined : 'index']
  if (/^DROP INDEX\b/.test(code)) return [/^DROP INDEX CONCURRENTLY\b/.test(code) || fresh(/(\S+)$/.exec(code)?.[1]) ? undefined : 'index']
  const [, table, actions = ''] = altered.exec(code) ?? []
  if (table !== undefined) return fresh(table) ? [] : splitAtCommas(actions).map((action) => ruleOfAction(nameOf(table), action, known))
  const all = touched.exec(code)?.[1]
  if (all !== undefined) {
    const isRequired = (column: string): boolean => known.required.has(`${nameOf(all)}.${nameOf(column)}`)
    return [fresh(all) || choosesRows(code, isRequired) ? undefined : 'all-rows']
  }
  const watched = triggered.exec(code)?.[1]
  if (watched !== undefined) return [fresh(watched) ? undefined : 'trigger']
  const emptied = truncated.exec(code)?.[1]
  if (emptied !== undefined) return [fresh(emptied) ? undefined : 'drop']
  return [/^(LOCK TABLE|LOCK |CLUSTER|VACUUM FULL|REINDEX (?!.*\bCONCURRENTLY\b))/.test(code) ? 'lock' : undefined]
}

/** @internal What one statement breaks for the release that is still running. */
export function statementProblems(code: string, known: KnownSchema, inTransaction: boolean): MigrationProblem[] {
  const concurrent = /\bCONCURRENTLY\b/.test(code)
  const transaction: Rule | undefined = concurrent === inTransaction ? (concurrent ? 'in-transaction' : 'no-transaction') : undefined
  const parts = withoutCommonTables(code)
  const rules: (Rule | undefined)[] = [
    ...parts.flatMap((part) => rulesOf(part, known)),
    parts.some(namesSchema) ? 'schema' : undefined,
    parts.some(isBulk) ? 'bulk' : undefined,
    transaction,
  ]
  return [...new Set(rules)].flatMap((rule) => (rule === undefined ? [] : [{ rule, problem: problems[rule][0], fix: problems[rule][1] }]))
}

/** @internal Learns from a statement what the next ones may rely on. */
export function learn(code: string, known: KnownSchema): void {
  const [, made, rest = ''] = created.exec(code) ?? []
  if (made !== undefined) {
    known.fresh.add(nameOf(made))
    const columns = /^CREATE (?:UNLOGGED )?TABLE/.test(code) ? splitAtCommas(/^\s*\((.*)\)/.exec(rest)?.[1] ?? '') : []
    for (const column of columns) learnColumn(nameOf(made), column, known)
  }
  const [, table, actions = ''] = altered.exec(code) ?? []
  if (table === undefined) return
  for (const action of splitAtCommas(actions)) {
    const added = /^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(\S+ .*)$/.exec(action)?.[1]
    if (added !== undefined) learnColumn(nameOf(table), added, known)
    const [, column, change = ''] = /^ALTER (?:COLUMN )?(\S+) (.*)$/.exec(action) ?? []
    const place = `${nameOf(table)}.${column}`
    if (/^SET DEFAULT\b/.test(change)) known.defaults.add(place)
    if (/^SET NOT NULL\b/.test(change)) known.required.add(place)
    if (/^DROP NOT NULL\b/.test(change)) known.required.delete(place)
  }
}

/** Of a column or a constraint of a table, as CREATE TABLE lists and ADD adds it. */
function learnColumn(table: string, text: string, known: KnownSchema): void {
  const key = /\b(?:PRIMARY KEY|UNIQUE|EXCLUDE)\b/
  const named = /\bCONSTRAINT (\S+) (.*)$/.exec(text)
  if (named && key.test(named[2]!)) known.keys.add(named[1]!)
  const columns = /\bPRIMARY KEY ?\(([^()]*)\)/.exec(text)?.[1]?.split(',') ?? []
  for (const column of columns) known.required.add(`${table}.${column.trim()}`)
  if (/^(?:CONSTRAINT|PRIMARY KEY|UNIQUE|EXCLUDE|CHECK|FOREIGN KEY)\b/.test(text)) return
  const place = `${table}.${text.split(' ')[0]}`
  if (/\b(?:DEFAULT|GENERATED|(?:BIG|SMALL)?SERIAL)\b/.test(text)) known.defaults.add(place)
  if (/\b(?:NOT NULL|PRIMARY KEY|GENERATED|(?:BIG|SMALL)?SERIAL)\b/.test(text)) known.required.add(place)
}
