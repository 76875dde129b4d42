import { pluginOfFile, type PluginPlace } from '../plugins/plugin-places.ts'

/** A function in V8's sampling heap profile, below who called it. */
export interface ProfileNode {
  readonly callFrame: { readonly url: string }
  /** Bytes that it allocated itself and that are still held; an estimate from samples. */
  readonly selfSize: number
  readonly children: readonly ProfileNode[]
}

export interface HeapShares {
  /** Bytes of the whole profile. */
  readonly all: number
  /** Plugin -> bytes that it allocated, or others for it. */
  readonly plugins: ReadonlyMap<string, number>
}

/** What was allocated belongs to the innermost plugin among its callers. */
export function heapShares(head: ProfileNode, places: readonly PluginPlace[]): HeapShares {
  const known = new Map<string, string | undefined>()
  const pluginOf = (url: string): string | undefined => {
    if (!known.has(url)) known.set(url, pluginOfFile(url, places))
    return known.get(url)
  }
  const plugins = new Map<string, number>()
  let all = 0
  const waiting: (readonly [ProfileNode, string | undefined])[] = [[head, undefined]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [{ callFrame, selfSize, children }, caller] = next
    const plugin = pluginOf(callFrame.url) ?? caller
    all += selfSize
    if (plugin !== undefined) plugins.set(plugin, (plugins.get(plugin) ?? 0) + selfSize)
    for (const child of children) waiting.push([child, plugin])
  }
  return { all, plugins }
}

/** The plugin that holds at least two thirds of the profile and an eighth of what there is at most, if there is one. */
export function suspectOf({ all, plugins }: HeapShares, limit: number): { readonly plugin: string; readonly held: number } | undefined {
  for (const [plugin, held] of plugins) if (held >= limit / 8 && held >= (all * 2) / 3) return { plugin, held }
  return undefined
}
