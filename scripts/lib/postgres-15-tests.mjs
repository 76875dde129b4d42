import { databaseTests } from './database-tests.mjs'
import { startDebianPostgres } from './debian-postgres.mjs'
import { runVitest } from './vitest.mjs'

/** Runs the tests that use a database on the oldest PostgreSQL that is supported, Debian's 15; prints nothing. */
export const runOnPostgres15 = async () => {
  const server = await startDebianPostgres()
  try {
    const env = { ...process.env, DATABASE_URL: server.url }
    const results = await runVitest(['--project', 'unit', ...databaseTests()], { env, report: 'vitest-postgres-15.json', quiet: true })
    return { ...results, problems: results.problems.map((problem) => `on PostgreSQL 15: ${problem}`) }
  } finally {
    await server.stop()
  }
}
