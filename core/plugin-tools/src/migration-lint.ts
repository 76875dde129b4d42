import type { Migrations } from '@parley/plugin-api'
import { learn, statementProblems, type KnownSchema } from './migration-rules.ts'
import { recordedSql } from './recorded-sql.ts'
import { sqlStatements } from './sql-statements.ts'

/** What would hurt the release that still runs while a step is applied. */
export interface MigrationFinding {
  /** Name of the step, such as `20261120T0900_accounts`. */
  readonly migration: string
  readonly rule: string
  /** The statement, upper case, literals left out. */
  readonly statement: string
  readonly problem: string
  readonly fix: string
}

/**
 * Reads what the steps would send, in their order, and judges each statement by expand and contract: while it runs, and until the last process of
 * the release before has ended, that release reads and writes the same tables. What a step creates itself it may change. A statement with the
 * comment `-- safe: <why>` is the author's responsibility.
 *
 * @example expect(await lintMigrations(plugin.spec.migrations ?? {})).toEqual([])
 */
export async function lintMigrations(migrations: Migrations): Promise<readonly MigrationFinding[]> {
  const findings: MigrationFinding[] = []
  const lasting = { defaults: new Set<string>(), required: new Set<string>(), keys: new Set<string>() }
  for (const name of Object.keys(migrations).sort()) {
    const migration = migrations[name]!
    const known: KnownSchema = { fresh: new Set(), ...lasting }
    let texts: readonly string[]
    try {
      texts = await recordedSql(migration)
    } catch (error) {
      findings.push({
        migration: name,
        rule: 'unreadable',
        statement: '',
        problem: `fails when it is run without a database, where every question is answered with no rows: ${(error as Error).message}`,
        fix: 'Let SQL decide by the data (INSERT … SELECT, UPDATE … FROM), not the code around it.',
      })
      continue
    }
    for (const { code, reason } of texts.flatMap(sqlStatements)) {
      if (reason === undefined) {
        const problems = statementProblems(code, known, migration.transaction !== false)
        findings.push(...problems.map((problem) => ({ migration: name, statement: code, ...problem })))
      }
      learn(code, known)
    }
  }
  return findings
}
