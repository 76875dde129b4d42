import { realpathSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { currentContext } from '@parley/kernel'
import type { FoundPlugin } from './installed-plugins.ts'

type Place = Pick<FoundPlugin, 'id' | 'directory'>

/** Whose work it was that threw: by the async context; where that is lost, by the files of the stack. */
export function pluginAtFault(error: unknown, found: readonly Place[]): string | undefined {
  const plugin = currentContext()?.plugin
  if (plugin !== undefined && found.some(({ id }) => id === plugin)) return plugin
  return error instanceof Error && typeof error.stack === 'string' ? byStack(error.stack, found) : undefined
}

/** The outermost frame in a plugin's folder: its code began what ended badly. */
function byStack(stack: string, found: readonly Place[]): string | undefined {
  const folders = found.flatMap(({ id, directory }) => (directory === undefined ? [] : [{ id, folder: real(directory) + sep }]))
  for (const line of stack.split('\n').toReversed()) {
    const [, address] = /\(?((?:file:\/\/)?\/[^()]+?):\d+:\d+\)?$/.exec(line) ?? []
    if (address === undefined) continue
    const file = address.startsWith('file:') ? fileURLToPath(address) : address
    const [nearest] = folders.filter(({ folder }) => file.startsWith(folder)).sort((one, other) => other.folder.length - one.folder.length)
    if (nearest) return nearest.id
  }
  return undefined
}

/** Packages of a workspace are links, and stacks name what they lead to. */
function real(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
