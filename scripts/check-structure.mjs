#!/usr/bin/env node
// The rules of the house that the linter cannot say; see scripts/lib/structure-rules.mjs.
import { repositoryFiles } from './lib/repository-files.mjs'
import { root } from './lib/run.mjs'
import { structureProblems } from './lib/structure-rules.mjs'

const problems = structureProblems(repositoryFiles(root))
for (const problem of problems) console.error(problem)
if (problems.length > 0) {
  console.error(`${problems.length} rule(s) of the house are broken.`)
  process.exitCode = 1
}
