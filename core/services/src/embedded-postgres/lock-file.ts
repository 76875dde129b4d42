import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The server that a data folder's `postmaster.pid` names. */
export interface LockedBy {
  readonly pid: number
  /** `undefined` in the first moments of a start. */
  readonly port: number | undefined
}

const fileOf = (data: string): string => join(data, 'postmaster.pid')

export const readLock = (data: string): LockedBy | undefined => {
  try {
    const [pid, , , port] = readFileSync(fileOf(data), 'utf8').split('\n')
    return { pid: Number(pid), port: Number(port) || undefined }
  } catch {
    return undefined
  }
}

const commandOf = (pid: number): string => {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return ''
    }
  }
  return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
}

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Whether this process is a server of this data folder; process ids are reused, in containers nearly always. */
export const isServerOf = (data: string, pid: number): boolean =>
  process.platform === 'win32' ? exists(pid) : commandOf(pid).includes(data) && exists(pid)

/**
 * Makes a lock left by a crash harmless. PostgreSQL takes a lock that names its own parent for stale, and then still looks for processes
 * of the dead server in shared memory, which it could not if the file were gone.
 */
export const disownLock = (data: string): void => {
  const file = fileOf(data)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)))
}
