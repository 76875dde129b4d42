#!/usr/bin/env node
// npm test [-- files and options of vitest]: lint, types, what plugins rely on, build, then every test. Arguments choose tests and leave out the rest.
// npm test -- --postgres-15: the tests that use a database once more, on the oldest PostgreSQL that is supported, too.
import { install } from './lib/install.mjs'
import { keepTemporaryFilesInMemory } from './lib/memory-folder.mjs'
import { requireNode } from './lib/node-version.mjs'
import { runOnPostgres15 } from './lib/postgres-15-tests.mjs'
import { npm } from './lib/run.mjs'
import { summary } from './lib/test-results.mjs'
import { bringTools, postgres15, testTools } from './lib/tools.mjs'
import { runEveryTest, runVitest } from './lib/vitest.mjs'

requireNode()
keepTemporaryFilesInMemory()
const alsoPostgres15 = process.argv.includes('--postgres-15')
const chosen = process.argv.slice(2).filter((word) => word !== '--postgres-15')
// one waits for the network while the other works
const [missing] = await Promise.all([bringTools(alsoPostgres15 ? [...testTools, postgres15] : testTools), install()])
if (missing !== undefined) {
  console.error(missing)
  process.exit(1)
}

const checks = chosen.length > 0 ? ['build'] : ['lint', 'typecheck', 'api:check', 'build']
const checked = await Promise.all(checks.map(async (check) => ({ check, ...(await npm(['run', '--silent', check])) })))
const brokenChecks = checked.filter(({ code }) => code !== 0).map(({ check }) => check)
const results = chosen.length > 0 ? await runVitest(chosen) : await runEveryTest(alsoPostgres15 ? { afterBrowser: runOnPostgres15 } : {})
for (const problem of results.problems) console.error(problem)
for (const check of brokenChecks) console.error(`npm run ${check} failed; see above`)
const total = { passed: results.passed, failed: results.failed + brokenChecks.length }
console.log(summary(total))
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
