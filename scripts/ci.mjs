#!/usr/bin/env node
// What continuous integration runs: npm test, then the tests that use a database on the oldest PostgreSQL that is supported.
import { join } from 'node:path'
import { npm, root, run } from './lib/run.mjs'
import { parseSummary, summary } from './lib/test-results.mjs'

const options = { capture: true, env: { ...process.env, CI: 'true' } }
const runs = [await npm(['test'], options), await run(process.execPath, [join(root, 'scripts/test-postgres-15.mjs')], options)]
const results = runs.map(({ output }) => parseSummary(output) ?? { passed: 0, failed: 1 })
const total = results.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), { passed: 0, failed: 0 })
console.log(summary(total))
process.exitCode = runs.some(({ code }) => code !== 0) || total.failed > 0 ? 1 : 0
