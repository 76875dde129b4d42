import { currentContext } from '@parley/kernel'
import type { FoundPlugin } from './installed-plugins.ts'
import { pluginOfFile, pluginPlaces } from './plugin-places.ts'

type Place = Pick<FoundPlugin, 'id' | 'directory'>

/** Whose work it was that threw: by the async context; where that is lost, by the files of the stack. */
export function pluginAtFault(error: unknown, found: readonly Place[]): string | undefined {
  const plugin = currentContext()?.plugin
  if (plugin !== undefined && found.some(({ id }) => id === plugin)) return plugin
  return error instanceof Error && typeof error.stack === 'string' ? byStack(error.stack, found) : undefined
}

/** The outermost frame in a plugin's folder: its code began what ended badly. */
function byStack(stack: string, found: readonly Place[]): string | undefined {
  const places = pluginPlaces(found)
  for (const line of stack.split('\n').toReversed()) {
    const [, address] = /\(?((?:file:\/\/)?\/[^()]+?):\d+:\d+\)?$/.exec(line) ?? []
    const plugin = address === undefined ? undefined : pluginOfFile(address, places)
    if (plugin !== undefined) return plugin
  }
  return undefined
}
