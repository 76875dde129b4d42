#!/usr/bin/env node
// npm test [-- files and options of vitest]: lint, types, what plugins rely on, build, then every test. Arguments choose tests and leave out the rest.
import { bringTools } from './lib/tools.mjs'
import { install } from './lib/install.mjs'
import { keepTemporaryFilesInMemory } from './lib/memory-folder.mjs'
import { requireNode } from './lib/node-version.mjs'
import { npm } from './lib/run.mjs'
import { summary } from './lib/test-results.mjs'
import { runVitest } from './lib/vitest.mjs'

requireNode()
keepTemporaryFilesInMemory()
// one waits for the network while the other works
const [missing] = await Promise.all([bringTools(), install()])
if (missing !== undefined) {
  console.error(missing)
  process.exit(1)
}

const chosen = process.argv.slice(2)
const checks = chosen.length > 0 ? ['build'] : ['lint', 'typecheck', 'api:check', 'build']
const checked = await Promise.all(checks.map(async (check) => ({ check, ...(await npm(['run', '--silent', check])) })))
const brokenChecks = checked.filter(({ code }) => code !== 0).map(({ check }) => check)
const results = await runVitest(chosen)
for (const check of brokenChecks) console.error(`npm run ${check} failed; see above`)
const total = { passed: results.passed, failed: results.failed + brokenChecks.length }
console.log(summary(total))
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
