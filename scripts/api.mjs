#!/usr/bin/env node
// npm run api [-- --check]: reports and reference of what plugins may import, pages of extension points. With --check nothing is written, and what is not up to date fails.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describeFaces, undocumented } from './lib/api/describe-faces.mjs'
import { facesOf } from './lib/api/faces.mjs'
import { settleGenerated } from './lib/api/generated-files.mjs'
import { filledPages } from './lib/api/points.mjs'
import { repositoryFiles } from './lib/repository-files.mjs'
import { referenceIndex, referencePage } from './lib/api/reference-page.mjs'
import { reportPage } from './lib/api/report-page.mjs'
import { root } from './lib/run.mjs'

const check = process.argv.includes('--check')
const base = resolve(root)
mkdirSync(join(base, '.cache'), { recursive: true })
// of its own, so that two may run at once; below the repository, where packages are found
const declarations = mkdtempSync(join(base, '.cache/api-'))
const faces = await describeFaces(facesOf(base), { base, declarations }).finally(() => rmSync(declarations, { recursive: true, force: true }))

const changed = 'What plugins rely on has changed. If that was meant: run "npm run api", read the difference and commit it with the change.'
const stale = 'Run "npm run api" and commit it.'
const problems = [
  ...undocumented(faces),
  ...(await settleGenerated(
    [
      ...faces.map(({ report, entries }) => ({ path: report, text: reportPage(entries), why: changed })),
      ...faces.map((face) => ({ path: face.reference, text: referencePage(face), why: stale })),
      { path: 'docs/reference/README.md', text: referenceIndex(faces), why: stale },
      ...filledPages(repositoryFiles(base), faces, { base }).map((page) => ({ ...page, why: stale })),
    ],
    { base, check },
  )),
]
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
