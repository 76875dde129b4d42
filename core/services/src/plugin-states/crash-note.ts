import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PluginCrash } from './plugin-state-store.ts'

// Nothing but Node's own is imported here: the thread that watches memory has this file and nothing else of the platform.

/** A process, told from every later one that has its number. */
export interface ProcessMark {
  readonly machine: string
  readonly pid: number
  /** When it began, in ticks of the kernel; empty where there is no `/proc`. */
  readonly started: string
}

/** A crash as a file: what cannot wait for a database. */
export interface CrashNote extends PluginCrash {
  /** It has not happened: it counts when this process has ended, unless that one took it back. */
  readonly onceEnded?: ProcessMark
}

/** Below the data folder. */
export const crashFolder = (dataDir: string): string => join(dataDir, 'crashes')

/** Whole or not at all. Throws what the file system throws. */
export function writeCrash(folder: string, crash: CrashNote): void {
  mkdirSync(folder, { recursive: true })
  const file = crashFile(folder, crash.id)
  writeFileSync(`${file}.part`, JSON.stringify(crash))
  renameSync(`${file}.part`, file)
}

export const removeCrash = (folder: string, id: string): void => rmSync(crashFile(folder, id), { force: true })

export const crashFile = (folder: string, id: string): string => join(folder, `${id}.json`)
