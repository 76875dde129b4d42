import { ParleyError } from '@parley/plugin-api'
import type { DatabaseDump } from '@parley/services'
import { z } from 'zod'

/** Raised by a change that a restore of before would misread. */
export const backupFormat = 1

const texts = z.array(z.string())
const database = z.object({
  serverVersion: z.number(),
  migrations: z.record(z.string(), texts),
  schemas: texts,
  before: texts,
  tables: z.array(z.object({ schema: z.string(), name: z.string(), qualified: z.string(), columns: z.string() })),
  rows: z.record(z.string(), z.number()),
  after: texts,
  sequences: texts,
  keyCheck: z.string().optional(),
})

const manifest = z.object({
  format: z.literal(backupFormat),
  /** Of Parley. */
  release: z.string(),
  madeAt: z.iso.datetime(),
  /** Names the key that seals; tells nothing about it. */
  keyId: z.string().optional(),
  withKey: z.boolean(),
  plugins: z.record(z.string(), z.object({ version: z.string(), integrity: z.string().optional() })),
  /** Of the installation's files, in `files`. */
  files: z.object({ count: z.number(), bytes: z.number(), missing: texts }),
  /** Entries of the list of hashes, so that one that was cut off is noticed. */
  hashes: z.number(),
  database,
})

export type BackupManifest = Omit<z.infer<typeof manifest>, 'database'> & { readonly database: DatabaseDump }

export function parseManifest(text: string): BackupManifest {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    throw new ParleyError('invalid_input', 'The backup is damaged: its manifest.json is no JSON.')
  }
  const format = (read as { format?: unknown }).format
  if (typeof format === 'number' && format > backupFormat) {
    throw new ParleyError('invalid_input', `The backup was written by a newer release of Parley (format ${format}). Restore it with that release.`)
  }
  const result = manifest.safeParse(read)
  if (result.success) return result.data as BackupManifest
  const [issue] = result.error.issues
  throw new ParleyError('invalid_input', `The backup is damaged: manifest.json, ${issue!.path.join('.')}: ${issue!.message}`)
}
