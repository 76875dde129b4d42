#!/usr/bin/env node
// Runs the tests that use a database again, on Debian's PostgreSQL 15.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startDebianPostgres } from './lib/debian-postgres.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { root } from './lib/run.mjs'
import { summary } from './lib/test-results.mjs'
import { bringTools, postgres15, testTools } from './lib/tools.mjs'
import { runVitest } from './lib/vitest.mjs'

const usesDatabase = /\b(createTestDatabase|createTestHost|testServerUrl)\b/

const folders = ['core', 'host', 'plugins', 'test'].filter((folder) => existsSync(join(root, folder)))
const databaseTests = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => file.endsWith('.test.ts') && !/node_modules|[\\/]dist[\\/]|^test[\\/]browser/.test(file))
    .filter((file) => usesDatabase.test(readFileSync(join(root, file), 'utf8'))),
)

requireNode()
await install()
const missing = await bringTools([...testTools.filter((tool) => tool.name === 'redis-server'), postgres15])
if (missing !== undefined) {
  console.error(missing)
  process.exit(1)
}
const server = await startDebianPostgres()
try {
  const results = await runVitest(['--project', 'unit', ...databaseTests], {
    env: { ...process.env, DATABASE_URL: server.url },
    report: 'vitest-postgres-15.json',
  })
  console.log(summary(results))
  process.exitCode = results.failed > 0 || results.passed === 0 ? 1 : 0
} finally {
  await server.stop()
}
