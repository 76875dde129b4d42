#!/usr/bin/env node
// Runs the tests that use a database again, on Debian's PostgreSQL 15.
import { databaseTests } from './lib/database-tests.mjs'
import { startDebianPostgres } from './lib/debian-postgres.mjs'
import { install } from './lib/install.mjs'
import { keepTemporaryFilesInMemory } from './lib/memory-folder.mjs'
import { requireNode } from './lib/node-version.mjs'
import { summary } from './lib/test-results.mjs'
import { bringTools, postgres15, testTools } from './lib/tools.mjs'
import { runVitest } from './lib/vitest.mjs'

requireNode()
keepTemporaryFilesInMemory()
await install()
const missing = await bringTools([...testTools.filter(({ name }) => name === 'redis-server' || name === 'PgBouncer'), postgres15])
if (missing !== undefined) {
  console.error(missing)
  process.exit(1)
}
const server = await startDebianPostgres()
try {
  const results = await runVitest(['--project', 'unit', ...databaseTests()], {
    env: { ...process.env, DATABASE_URL: server.url },
    report: 'vitest-postgres-15.json',
  })
  console.log(summary(results))
  process.exitCode = results.failed > 0 || results.passed === 0 ? 1 : 0
} finally {
  await server.stop()
}
