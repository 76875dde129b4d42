import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './parley-host.ts'

/** The tools of authors. */
export const parleyPlugin = join(repository, 'core/plugin-tools/bin/parley-plugin.js')

/** What somebody outside wrote, in an empty folder, with the published packages that its code imports. */
export const writeHello = (folder: string): void => {
  cpSync(join(repository, 'test/browser/outside-plugin'), folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules/@parley'), { recursive: true })
  symlinkSync(join(repository, 'core/plugin-api'), join(folder, 'node_modules/@parley/plugin-api'))
}

export const buildHello = (folder: string): void => {
  writeHello(folder)
  execFileSync(process.execPath, [parleyPlugin, 'build'], { cwd: folder })
}

/** Answers the tarball. */
export const packHello = (folder: string): string => {
  buildHello(folder)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, files: ['dist'] }))
  execFileSync('npm', ['pack', '--silent', '--offline', '--ignore-scripts'], { cwd: folder, stdio: 'ignore' })
  return join(folder, 'acme-parley-hello-1.0.0.tgz')
}
