import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { cleanEnvironment } from './clean-environment.ts'
import { moveInto } from './move-into.ts'
import { giveTo, type ServerFolder } from './server-folder.ts'

/** Makes the data folder at the first start; checks it at every other. Answers the password of the user `postgres`. */
export const initialiseData = (folder: ServerFolder, binaries: Binaries): string => {
  const version = join(folder.data, 'PG_VERSION')
  if (!existsSync(version)) return createData(folder, binaries)
  const found = readFileSync(version, 'utf8').trim()
  if (found !== binaries.version) {
    throw new EmbeddedPostgresError(
      `The data folder "${folder.data}" was written by PostgreSQL ${found} and this release brings ${binaries.version}. ` +
        `Dump it with the release that wrote it, restore it into an empty folder.`,
    )
  }
  if (!existsSync(folder.password))
    throw new EmbeddedPostgresError(`The password of the data folder is missing: "${folder.password}". Restore it from a backup.`)
  return readFileSync(folder.password, 'utf8')
}

const createData = (folder: ServerFolder, { initdb }: Binaries): string => {
  if (existsSync(folder.data) && readdirSync(folder.data).length > 0) {
    throw new EmbeddedPostgresError(`The folder "${folder.data}" is not empty and holds no PostgreSQL data. Set PARLEY_DATA_DIR to another.`)
  }
  const password = keepPassword(folder.password)
  // Elsewhere first, so that a start that is interrupted leaves no half of a data folder.
  const unfinished = mkdtempSync(join(folder.home, 'postgres-init-'))
  try {
    const data = join(unfinished, 'data')
    const passwordFile = join(unfinished, 'password')
    writeFileSync(passwordFile, password, { mode: 0o600 })
    mkdirSync(data, { mode: 0o700 })
    giveTo(unfinished, folder.account)
    const { status, stderr, error } = spawnSync(
      initdb,
      [
        '-D',
        data,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale-provider=builtin',
        '--locale=C.UTF-8',
      ],
      { ...folder.account, env: cleanEnvironment(), cwd: '/', encoding: 'utf8' },
    )
    if (status !== 0) throw new EmbeddedPostgresError(`PostgreSQL could not make its data folder: ${(error?.message ?? stderr).trim()}.`)
    moveInto(data, folder.data)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return password
}

/** One for good: that of an earlier start which was interrupted is used again. */
const keepPassword = (file: string): string => {
  try {
    writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
