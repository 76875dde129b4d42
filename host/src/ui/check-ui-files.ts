import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { z } from 'zod'
import { uiManifest } from './plugin-ui.ts'

/** Why the files of a plugin's UI are not those its manifest names, or `undefined`. A browser would refuse them later, without a reason. */
export function uiFilesProblem(manifestPath: string, read: (file: string) => Buffer | undefined): string | undefined {
  const file = posix.normalize(manifestPath)
  const text = read(file)
  if (text === undefined) return `its package.json names the UI "${file}", which is not in it. Build it before packing: parley-plugin pack`
  try {
    const { entry, style, integrity } = uiManifest.parse(JSON.parse(text.toString('utf8')))
    for (const needed of [entry, style]) {
      if (needed !== undefined && !Object.hasOwn(integrity, needed)) return `its UI manifest has no integrity for "${needed}". Build it again.`
    }
    for (const [name, hash] of Object.entries(integrity)) {
      const content = read(posix.join(posix.dirname(file), name))
      if (content === undefined) return `its UI manifest names "${name}", which is not in it. Build it again.`
      if (`sha384-${createHash('sha384').update(content).digest('base64')}` !== hash)
        return `its UI file "${name}" is not the one that was built. Build it again.`
    }
    return undefined
  } catch (error) {
    return `its UI manifest cannot be read: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`
  }
}
