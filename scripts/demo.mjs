#!/usr/bin/env node
// npm run demo [-- --remove]: starts Parley with demo data; --remove takes the data away again.
import { buildStale } from './lib/build-stale.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'

requireNode()
await install()
if (!(await buildStale())) process.exit(1)
process.argv.splice(2, 0, ...(process.argv.includes('--remove') ? ['demo'] : ['start', '--demo']))
await import('../host/dist/main.js')
