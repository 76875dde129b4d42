import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package: this file lies in `src`, and what is built of it in `dist`. */
export const toolsFolder = (): string => fileURLToPath(new URL('..', import.meta.url))

export const toolsVersion = async (): Promise<string> =>
  (JSON.parse(await readFile(join(toolsFolder(), 'package.json'), 'utf8')) as { version: string }).version
