import type { PluginTouches } from './touches.ts'

interface Plugins {
  readonly ids: readonly string[]
  readonly touches: (id: string) => Pick<PluginTouches, 'consumes' | 'provides'>
}

/** Plugins that cannot run without this one, near and far, in the order of `ids`. */
export function dependantsOf(id: string, { ids, touches }: Plugins): readonly string[] {
  const lost = new Set([id])
  let before
  do {
    before = lost.size
    for (const other of ids) {
      const gone = new Set([...lost].flatMap((one) => touches(one).provides))
      if (touches(other).consumes.some((token) => gone.has(token))) lost.add(other)
    }
  } while (lost.size > before)
  return ids.filter((other) => other !== id && lost.has(other))
}

/** The critical plugins and everything that they cannot run without: what nobody may switch off while the installation works. */
export const foundations = (critical: readonly string[], plugins: Plugins): ReadonlySet<string> =>
  new Set(plugins.ids.filter((id) => critical.includes(id) || dependantsOf(id, plugins).some((other) => critical.includes(other))))
