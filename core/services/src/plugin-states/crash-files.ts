import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { crashFile, crashFolder, removeCrash, writeCrash, type CrashNote } from './crash-note.ts'

const noteSchema = z.object({
  id: z.uuid(),
  plugin: z.string(),
  at: z.coerce.date(),
  process: z.string(),
  message: z.string(),
  onceEnded: z.object({ machine: z.string(), pid: z.int(), started: z.string() }).exactOptional(),
})

/** Crashes that are not in the database yet, one file each. A process that dies can write no other way that is sure to end before it does. */
export class CrashFiles {
  readonly #folder: string

  constructor(dataDir: string) {
    this.#folder = crashFolder(dataDir)
  }

  write(crash: CrashNote): void {
    writeCrash(this.#folder, crash)
  }

  /** What processes before this one left; files that are none of ours are left out. */
  read(): readonly CrashNote[] {
    return this.#names().flatMap((name) => {
      try {
        const parsed = noteSchema.safeParse(JSON.parse(readFileSync(join(this.#folder, name), 'utf8')))
        return parsed.success ? [parsed.data] : []
      } catch {
        // not JSON, or another process that shares the folder has just taken it
        return []
      }
    })
  }

  has(id: string): boolean {
    return existsSync(crashFile(this.#folder, id))
  }

  remove(id: string): void {
    if (this.has(id)) removeCrash(this.#folder, id)
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.endsWith('.json'))
    } catch {
      return []
    }
  }
}
