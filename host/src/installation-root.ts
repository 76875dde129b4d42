import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that has `config/`: `PARLEY_HOME`, else the nearest one above this file. */
export function installationRoot(variables: Readonly<Record<string, string | undefined>>): string {
  if (variables['PARLEY_HOME']) return variables['PARLEY_HOME']
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'config', 'default.yaml')) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}
