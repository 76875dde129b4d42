import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fullPlan, shortPlan } from './plan.ts'
import { documentOf, tableOf } from './report.ts'
import { runCluster } from './run.ts'

// npm run test:cluster [-- --short] [--seed N] [--json FILE] [--write]
const { values } = parseArgs({
  options: { short: { type: 'boolean' }, seed: { type: 'string' }, json: { type: 'string' }, write: { type: 'boolean' } },
})
const root = process.cwd()
const plan = (values.short ? shortPlan : fullPlan)(Number(values.seed ?? 1))
const result = await runCluster(root, plan, (line) => console.log(line))

console.log(`\n${tableOf(result)}`)
for (const line of result.unknown) console.log(`unknown: ${line}`)
for (const line of result.violations) console.error(`VIOLATION: ${line}`)
const json = `${JSON.stringify(result, undefined, 2)}\n`
if (values.json !== undefined) writeFileSync(values.json, json)
if (values.write) {
  writeFileSync(join(root, 'docs/cluster.json'), json)
  writeFileSync(join(root, 'docs/cluster.md'), documentOf(result, new Date()))
}
process.exit(result.violations.length > 0 ? 1 : 0)
