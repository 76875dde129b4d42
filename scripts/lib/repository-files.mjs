import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ignored = new Set(['node_modules', 'dist', '.git', '.cache', '.data', '.nx', 'coverage'])

const walk = (folder, prefix = '') =>
  readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    if (ignored.has(entry.name)) return []
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    return entry.isDirectory() ? walk(folder, path) : [path]
  })

const tracked = (folder) => {
  try {
    const output = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return output.split('\0').filter((path) => path !== '')
  } catch {
    return []
  }
}

/** The files of a repository, what git ignores left out; also where there is no git. */
export const repositoryFiles = (folder) => {
  const known = tracked(folder)
  const present = new Set(walk(folder))
  const paths = known.length > 0 ? known.filter((path) => present.has(path)) : [...present]
  return paths.sort().map((path) => ({
    path,
    get text() {
      return readFileSync(join(folder, path), 'utf8')
    },
  }))
}
