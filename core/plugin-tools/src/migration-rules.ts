import { splitAtCommas } from './sql-statements.ts'

/** What is known of the schema while the steps are read in their order. */
export interface KnownSchema {
  /** Tables and other things that this very step creates: no release uses them yet. */
  readonly fresh: Set<string>
  /** `TABLE.COLUMN` with a default. */
  readonly defaults: Set<string>
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
  'constraint-scan': ['reads the whole table under a lock', 'Add the constraint NOT VALID, and VALIDATE CONSTRAINT in the next step.'],
  'all-rows': ['touches every row in one transaction', 'Do it in batches by a job, or say WHERE.'],
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
const truncated = new RegExp(String.raw`^TRUNCATE (?:TABLE )?(?:ONLY )?${name}`)

/** What is wrong with one action of an ALTER TABLE. */
function ruleOfAction(table: string, action: string, known: KnownSchema): Rule | undefined {
  if (/^(RENAME|SET SCHEMA)\b/.test(action)) return 'rename'
  if (/^SET (LOGGED|UNLOGGED|TABLESPACE)\b/.test(action)) return 'lock'
  if (/^DROP (?!CONSTRAINT\b|NOT NULL|DEFAULT)/.test(action)) return 'drop'
  const constraint = /^ADD (?:CONSTRAINT \S+ )?(PRIMARY KEY|UNIQUE|EXCLUDE|CHECK|FOREIGN KEY)\b/.exec(action)?.[1]
  if (constraint === 'CHECK' || constraint === 'FOREIGN KEY') return /\bNOT VALID\b/.test(action) ? undefined : 'constraint-scan'
  if (constraint !== undefined) return /\bUSING INDEX\b/.test(action) ? undefined : 'constraint-index'
  const added = /^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(\S+ .*)$/.exec(action)?.[1]
  if (added !== undefined) {
    if (/\b(PRIMARY KEY|UNIQUE)\b/.test(added)) return 'constraint-index'
    if (volatile.test(added)) return 'volatile-default'
    return /\bNOT NULL\b/.test(added) && !/\bDEFAULT\b/.test(added) ? 'not-null' : undefined
  }
  const [, column, change = ''] = /^ALTER (?:COLUMN )?(\S+) (.*)$/.exec(action) ?? []
  if (/^(SET DATA )?TYPE\b/.test(change)) return 'type'
  if (/^DROP DEFAULT\b/.test(change)) return 'drop-default'
  if (/^SET NOT NULL\b/.test(change) && !known.defaults.has(`${table}.${column}`)) return 'not-null'
  return undefined
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
  if (all !== undefined) return [/\bWHERE\b/.test(code) || fresh(all) ? undefined : 'all-rows']
  const emptied = truncated.exec(code)?.[1]
  if (emptied !== undefined) return [fresh(emptied) ? undefined : 'drop']
  return [/^(LOCK TABLE|LOCK |CLUSTER|VACUUM FULL|REINDEX (?!.*\bCONCURRENTLY\b))/.test(code) ? 'lock' : undefined]
}

/** @internal What one statement breaks for the release that is still running. */
export function statementProblems(code: string, known: KnownSchema, inTransaction: boolean): MigrationProblem[] {
  const concurrent = /\bCONCURRENTLY\b/.test(code)
  const transaction: Rule | undefined = concurrent === inTransaction ? (concurrent ? 'in-transaction' : 'no-transaction') : undefined
  return [...new Set([...rulesOf(code, known), transaction])].flatMap((rule) =>
    rule === undefined ? [] : [{ rule, problem: problems[rule][0], fix: problems[rule][1] }],
  )
}

/** @internal Learns from a statement what the next ones may rely on. */
export function learn(code: string, known: KnownSchema): void {
  const [, made, rest = ''] = created.exec(code) ?? []
  if (made !== undefined) {
    known.fresh.add(nameOf(made))
    const columns = /^CREATE (?:UNLOGGED )?TABLE/.test(code) ? splitAtCommas(/^\s*\((.*)\)/.exec(rest)?.[1] ?? '') : []
    for (const column of columns)
      if (/\b(DEFAULT|GENERATED|(BIG|SMALL)?SERIAL)\b/.test(column)) known.defaults.add(`${nameOf(made)}.${column.split(' ')[0]}`)
  }
  const [, table, actions = ''] = altered.exec(code) ?? []
  if (table === undefined) return
  for (const action of splitAtCommas(actions)) {
    const column =
      /^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(\S+) .*\bDEFAULT\b/.exec(action)?.[1] ?? /^ALTER (?:COLUMN )?(\S+) SET DEFAULT\b/.exec(action)?.[1]
    if (column !== undefined) known.defaults.add(`${nameOf(table)}.${column}`)
  }
}
