#!/usr/bin/env node
// What continuous integration runs: npm test, with the oldest PostgreSQL that is supported, and its summary on the last line.
import { npm } from './lib/run.mjs'
import { parseSummary, summary } from './lib/test-results.mjs'

const { code, output } = await npm(['test', '--', '--postgres-15'], { capture: true, env: { ...process.env, CI: 'true' } })
const total = parseSummary(output) ?? { passed: 0, failed: 1 }
console.log(summary(total))
process.exitCode = code !== 0 || total.failed > 0 ? 1 : 0
