import { lintMigrations } from '../migration-lint.ts'
import type { CheckedPlugin } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

const namePattern = /^\d{8}T\d{4}_[a-z0-9_]+$/

/** Steps that are safe while the release before runs, with names in which they sort. */
export async function migrationsRule({ declared, sources }: CheckedPlugin): Promise<Finding[]> {
  const migrations = declared?.declarations.migrations ?? {}
  const fileOf = (name: string): string =>
    sources.find(({ text }) => text.includes(`'${name}'`) || text.includes(`"${name}"`))?.path ?? 'src/server/plugin.ts'
  const finding = (name: string, problem: string, fix: string): Finding => ({ rule: 'migrations', file: fileOf(name), problem, fix })
  const misnamed = Object.keys(migrations).filter((name) => !namePattern.test(name))
  const unsafe = await lintMigrations(migrations)
  return [
    ...misnamed.map((name) => finding(name, `"${name}" is no name for a migration`, 'Name it like 20261120T0900_accounts.')),
    ...unsafe.map(({ migration, statement, problem, fix }) =>
      finding(migration, `${migration} ${problem}${statement === '' ? '' : `: ${shortened(statement)}`}`, fix),
    ),
  ]
}

const shortened = (statement: string): string => (statement.length > 100 ? `${statement.slice(0, 99)}…` : statement)
