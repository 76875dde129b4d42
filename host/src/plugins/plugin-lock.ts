import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ParleyError } from '@parley/plugin-api'
import { parse, stringify } from 'yaml'
import { z } from 'zod'

const integrity = z.string().startsWith('sha512-')
const entry = z
  .strictObject({
    package: z.string().optional(),
    path: z.string().optional(),
    version: z.string(),
    /** Of all files in the folder. */
    integrity: integrity.optional(),
    /** Of the tarball that the folder was unpacked from, as npm writes it. */
    tarball: integrity.optional(),
    /** What a publisher signed: see plugin-signature.ts. */
    signature: z.strictObject({ key: z.string(), value: z.string() }).optional(),
  })
  .refine((one) => (one.package === undefined) !== (one.path === undefined), 'needs either "package" or "path"')
  .refine((one) => one.path === undefined || one.integrity !== undefined, 'with "path" needs "integrity"')
const lock = z.strictObject({ plugins: z.record(z.string(), entry).default({}) })

export type LockEntry = z.infer<typeof entry>

const label = 'config/plugins.lock.yaml'
const header = '# Plugins from outside this repository, each with what was approved. Written by "parley plugins".\n'

export interface PluginLock {
  readonly entries: Readonly<Record<string, LockEntry>>
  readonly problems: readonly string[]
}

export function readPluginLock(root: string): PluginLock {
  const file = join(root, label)
  if (!existsSync(file)) return { entries: {}, problems: [] }
  try {
    const result = lock.safeParse(parse(readFileSync(file, 'utf8')) ?? {})
    if (result.success) return { entries: result.data.plugins, problems: [] }
    return { entries: {}, problems: result.error.issues.map((issue) => `${issue.path.join('.')} in ${label}: ${issue.message}`) }
  } catch (error) {
    return { entries: {}, problems: [`${label} is not valid YAML: ${(error as Error).message.split('\n')[0]}`] }
  }
}

/** Adds, replaces or (without an entry) removes one plugin. Readers see the old file or the new one, also after a crash. */
export function writeLockEntry(root: string, id: string, entry: LockEntry | undefined): void {
  const file = join(root, label)
  mkdirSync(dirname(file), { recursive: true })
  holding(`${file}.writing`, (unfinished) => {
    const { entries, problems } = readPluginLock(root)
    if (problems[0] !== undefined) throw new ParleyError('invalid_config', `${problems[0]} Correct it first; nothing was changed.`)
    const plugins = { ...entries, ...(entry === undefined ? {} : { [id]: entry }) }
    if (entry === undefined) delete plugins[id]
    writeSync(unfinished, header + stringify({ plugins }))
    fsyncSync(unfinished)
    renameSync(`${file}.writing`, file)
  })
}

/** Longer than reading and writing one small file takes anywhere: what is older was left by a crash. */
const patience = 30_000

/** The file being written is also what keeps two commands apart: only one can create it. */
function holding(unfinished: string, work: (file: number) => void): void {
  const since = statSync(unfinished, { throwIfNoEntry: false })?.mtimeMs
  if (since !== undefined && Date.now() - since > patience) rmSync(unfinished, { force: true })
  let file: number
  try {
    file = openSync(unfinished, 'wx', 0o644)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new ParleyError('conflict', `Another command is writing ${label}. Try again in half a minute.`)
  }
  try {
    work(file)
  } finally {
    closeSync(file)
    rmSync(unfinished, { force: true })
  }
}
