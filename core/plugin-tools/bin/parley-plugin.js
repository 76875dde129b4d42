#!/usr/bin/env node
import { existsSync } from 'node:fs'

const built = new URL('../dist/main.js', import.meta.url)
if (existsSync(built)) await import(built.href)
else {
  console.error('parley-plugin is not built yet. Run "npm run pack" in the repository of Parley first: it makes this command and the packages of a plugin.')
  process.exitCode = 1
}
