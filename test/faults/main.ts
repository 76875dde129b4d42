import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fullPlan, shortPlan, type Mode, type Plan } from './plan.ts'
import { documentOf, tableOf } from './report.ts'
import { runFaults, type RunResult } from './run.ts'

// npm run test:faults [-- --short|--full] [--mode memory|bull] [--processes N] [--seed N] [--json FILE] [--write]
const { values } = parseArgs({
  options: {
    short: { type: 'boolean' },
    full: { type: 'boolean' },
    mode: { type: 'string' },
    processes: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean' },
  },
})
const root = process.cwd()
const seed = Number(values.seed ?? 1)
const planOf = values.full ? fullPlan : shortPlan
const ways: readonly (readonly [Mode, number])[] =
  values.mode !== undefined || values.processes !== undefined
    ? [[values.mode === 'memory' ? 'memory' : 'bull', values.mode === 'memory' ? 1 : Number(values.processes ?? 3)]]
    : values.full
      ? [
          ['memory', 1],
          ['bull', 1],
          ['bull', 3],
        ]
      : [['bull', 3]]
const plans = ways.map(([mode, processes]): Plan => {
  const plan = planOf(mode, processes, seed)
  return values.seconds === undefined ? plan : { ...plan, seconds: Number(values.seconds) }
})

const results: RunResult[] = []
for (const plan of plans) results.push(await runFaults(root, plan, (line) => console.log(line)))

console.log(`\n${tableOf(results)}`)
for (const { plan, unknown, violations } of results) {
  for (const line of unknown) console.log(`${plan.name}: unknown: ${line}`)
  for (const line of violations) console.error(`${plan.name}: VIOLATION: ${line}`)
}
const json = `${JSON.stringify(results, undefined, 2)}\n`
if (values.json !== undefined) writeFileSync(values.json, json)
if (values.write) {
  mkdirSync(join(root, 'docs'), { recursive: true })
  writeFileSync(join(root, 'docs/faults.json'), json)
  writeFileSync(join(root, 'docs/faults.md'), documentOf(results, new Date()))
}
process.exit(results.some(({ violations }) => violations.length > 0) ? 1 : 0)
