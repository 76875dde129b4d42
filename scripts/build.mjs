#!/usr/bin/env node
// npm run build [-- --all]: builds what is stale, or everything.
import { buildUnit } from './lib/build-unit.mjs'
import { buildUnits, staleUnits } from './lib/build-units.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'

requireNode()
await install()
const units = process.argv.includes('--all') ? buildUnits() : staleUnits()
const failed = []
for (const unit of units) {
  const start = performance.now()
  try {
    await buildUnit(unit)
    console.log(`built ${unit.name} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  } catch (error) {
    failed.push(unit.name)
    console.error(`${unit.name} could not be built: ${error.message}`)
  }
}
if (failed.length > 0) {
  console.error(`Not built: ${failed.join(', ')}.`)
  process.exit(1)
}
// Vite keeps a worker alive for a while.
process.exit(0)
