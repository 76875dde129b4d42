import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm, root } from './run.mjs'

/** What an installation depends on. */
const fingerprint = (folder) =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
    .digest('hex')

/** npm's own record of what it has put into node_modules says the same as the lock file. */
const isComplete = (folder) => {
  const record = join(folder, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, link, optional }]) => {
    if (!path.startsWith('node_modules/') || (optional && installed[path] === undefined)) return true
    return link ? installed[path]?.link === true : installed[path]?.version === version
  })
}

const stampOf = (folder) => join(folder, 'node_modules', '.parley-installed')

/** Whether the packages are those of the lock file; remembers the answer in node_modules. */
export const isInstalled = (folder = root) => {
  const stamp = stampOf(folder)
  const print = fingerprint(folder)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return true
  if (existsSync(stamp) || !isComplete(folder)) return false
  writeFileSync(stamp, print)
  return true
}

/** Installs the packages, only when the lock file has changed. */
export const install = async () => {
  if (isInstalled()) return
  console.log('Installing packages (this takes a minute, once) …')
  // Also with NODE_ENV=production: what builds Parley is among the development packages.
  const { code } = await npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) {
    console.error('npm could not install the packages; see above, and check that a package registry can be reached.')
    process.exit(1)
  }
  writeFileSync(stampOf(root), fingerprint(root))
}
