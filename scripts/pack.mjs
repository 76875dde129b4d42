#!/usr/bin/env node
// npm run pack [-- folder]: tarballs of the packages that authors of plugins use, as they would come from a registry.
import { resolve } from 'node:path'
import { packPackages } from './lib/pack-packages.mjs'
import { npm } from './lib/run.mjs'

const { code } = await npm(['run', '--silent', 'build'])
if (code !== 0) process.exit(code)
const folder = resolve(process.argv[2] ?? '.cache/packages')
const files = await packPackages(folder)
console.log(`${files.length} packages in ${folder}. A plugin takes them with: parley-plugin create … --packages ${folder}`)
process.exit(0)
