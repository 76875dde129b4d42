import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'

const entry = z
  .strictObject({
    package: z.string().optional(),
    path: z.string().optional(),
    version: z.string(),
    integrity: z.string().startsWith('sha512-').optional(),
  })
  .refine((one) => (one.package === undefined) !== (one.path === undefined), 'needs either "package" or "path"')
  .refine((one) => one.path === undefined || one.integrity !== undefined, 'with "path" needs "integrity"')
const lock = z.strictObject({ plugins: z.record(z.string(), entry).default({}) })

export type LockEntry = z.infer<typeof entry>

const label = 'config/plugins.lock.yaml'
const header = '# Plugins from outside this repository, each with what was approved. Written by "parley plugins add <folder>".\n'

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

export function writeLockEntry(root: string, id: string, entry: LockEntry): void {
  const plugins = { ...readPluginLock(root).entries, [id]: entry }
  writeFileSync(join(root, label), header + stringify({ plugins }))
}
