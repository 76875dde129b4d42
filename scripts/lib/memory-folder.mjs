import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'

const gigabyte = 1024 ** 3

const hasRoom = (folder, room) => {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= room && freemem() >= 2 * room
  } catch {
    return false
  }
}

/** Some systems run no programs from there. */
const runsPrograms = (folder) => {
  const program = join(folder, 'program')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  return spawnSync(program).status === 0
}

/**
 * Temporary files of this process and its children are kept in memory where Linux has room there, until this process ends: tests make hundreds of
 * databases and throw them away, and disks make them wait for that. `room` is in bytes. A `TMPDIR` from outside stays.
 */
export const keepTemporaryFilesInMemory = ({ memory = '/dev/shm', room = 2 * gigabyte } = {}) => {
  if (process.env['TMPDIR'] !== undefined || !hasRoom(memory, room)) return
  const folder = mkdtempSync(join(memory, 'parley-'))
  // servers of databases run as other users
  chmodSync(folder, 0o755)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  if (runsPrograms(folder)) process.env['TMPDIR'] = folder
}
