import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { PluginCrash } from './plugin-state-store.ts'

const crashFile = z.object({ id: z.uuid(), plugin: z.string(), at: z.coerce.date(), process: z.string(), message: z.string() })

/** Crashes that are not in the database yet, one file each. A process that dies can write no other way that is sure to end before it does. */
export class CrashFiles {
  readonly #folder: string

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'crashes')
  }

  write(crash: PluginCrash): void {
    mkdirSync(this.#folder, { recursive: true })
    const file = this.#file(crash.id)
    writeFileSync(`${file}.part`, JSON.stringify(crash))
    renameSync(`${file}.part`, file)
  }

  /** What processes before this one left; files that are none of ours are left out. */
  read(): readonly PluginCrash[] {
    return this.#names().flatMap((name) => {
      try {
        const parsed = crashFile.safeParse(JSON.parse(readFileSync(join(this.#folder, name), 'utf8')))
        return parsed.success ? [parsed.data] : []
      } catch {
        // not JSON, or another process that shares the folder has just taken it
        return []
      }
    })
  }

  has(id: string): boolean {
    return existsSync(this.#file(id))
  }

  remove(id: string): void {
    if (this.has(id)) rmSync(this.#file(id), { force: true })
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.endsWith('.json'))
    } catch {
      return []
    }
  }

  #file(id: string): string {
    return join(this.#folder, `${id}.json`)
  }
}
