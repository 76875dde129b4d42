import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Declared } from '@parley/kernel'
import { declaredManifest } from './declarations-rule.ts'

const written = ['consumes', 'optional', 'provides', 'owns', 'contributes', 'permissions']

/** Writes into the manifest what the code declares, and leaves everything else as it is. */
export async function fixManifest(root: string, declared: Declared): Promise<void> {
  const path = join(root, 'package.json')
  const packageJson = JSON.parse(await readFile(path, 'utf8')) as { parley: Record<string, unknown> }
  const kept = Object.fromEntries(Object.entries(packageJson.parley).filter(([field]) => !written.includes(field)))
  packageJson.parley = { ...kept, ...declaredManifest(declared, packageJson.parley) }
  await writeFile(path, `${JSON.stringify(packageJson, undefined, 2)}\n`)
}
