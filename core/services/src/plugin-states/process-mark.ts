import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Instance } from '../instances/index.ts'
import type { ProcessMark } from './crash-note.ts'

export const thisProcess = (): ProcessMark => ({ machine: hostname(), pid: process.pid, started: startOf(process.pid) })

/**
 * Whether a process has ended; `live` are those that hold their place in the list of processes. On this machine `/proc` knows better: who starts or lost
 * its session is not in the list. It may not know processes of another container, and a restarted container gives its numbers again.
 */
export function hasEnded({ machine, pid, started }: ProcessMark, live: readonly Instance[]): boolean {
  if (machine === hostname()) {
    const same = started === startOf(pid)
    if (pid === process.pid) return !same
    if (same && started !== '') return false
  }
  return !live.some((one) => one.machine === machine && one.pid === pid)
}

/** The 22nd field of `stat`; the second one is a name that may have spaces and brackets in it. */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
