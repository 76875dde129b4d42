import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { structuredPatch } from 'diff'
import { format, resolveConfig } from 'prettier'

const most = 40
const current = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

/** Lines that came and went. */
const changedLines = (before, after) => {
  const lines = structuredPatch('', '', before, after, '', '', { context: 0 }).hunks.flatMap((hunk) =>
    hunk.lines.filter((line) => /^[+-]/.test(line)),
  )
  return [...lines.slice(0, most), ...(lines.length > most ? [`… and ${lines.length - most} more`] : [])].map((line) => `    ${line}`)
}

/**
 * Files that a command makes and that are committed. With `check` nothing is written and each that is not as it would be made is a problem.
 * @param {{ path: string, text: string, why: string }[]} files `why` ends the sentence about a file that has changed.
 */
export const settleGenerated = async (files, { base, check }) => {
  const problems = []
  for (const { path, text, why } of files) {
    const full = join(base, path)
    const wanted = await format(text, { ...(await resolveConfig(full)), filepath: full })
    const before = current(full)
    if (wanted === before) continue
    if (check) {
      problems.push([`${path} ${before === '' ? 'is missing' : 'is not up to date'}. ${why}`, ...changedLines(before, wanted)].join('\n'))
      continue
    }
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, wanted)
  }
  return problems
}
