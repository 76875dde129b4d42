import type { UiPluginSpec } from '@parley/ui-sdk'
import type { usePluginStatus, LoadStage } from './plugin-status.store.ts'
import { registerUiPlugin, type Registrar } from '@parley/ui-sdk/host'
import type { UiDescriptor } from './ui-descriptor.ts'

export interface LoadParts extends Registrar {
  readonly status: ReturnType<typeof usePluginStatus>
  readonly descriptors: () => Promise<readonly UiDescriptor[]>
  readonly importModule: (url: string) => Promise<{ readonly default?: unknown }>
  readonly addStyle: (url: string, integrity: string | undefined) => Promise<void>
}

class StageError extends Error {
  readonly stage: LoadStage
  constructor(stage: LoadStage, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.stage = stage
  }
}

const at = async <T>(stage: LoadStage, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw new StageError(stage, error)
  }
}

/**
 * Fetches all plugins' UIs at once and registers them one by one in the host's order. A plugin that fails at any stage is marked and left
 * out; the others go on.
 */
export async function loadUiPlugins(parts: LoadParts): Promise<void> {
  const { status, descriptors, importModule, addStyle } = parts
  const found = await descriptors()
  for (const { id, version, state, reason, about, entry } of found) {
    const broken = entry === undefined && state === 'running' && reason !== undefined
    status.set({
      id,
      version,
      serverState: state,
      ...(reason === undefined ? {} : { reason }),
      ...(about === undefined ? {} : { about }),
      ui: entry !== undefined && state === 'running' ? 'pending' : broken ? 'failed' : 'none',
      ...(broken ? { stage: 'discovery' as const, error: reason } : {}),
    })
  }
  const wanted = found.filter((plugin) => status.get(plugin.id)?.ui === 'pending')
  const fetched = wanted.map((plugin) => {
    const style = plugin.style === undefined ? Promise.resolve() : at('style', addStyle(plugin.style, plugin.styleIntegrity))
    const module = at('entry', importModule(plugin.entry ?? ''))
    const both = Promise.all([module, style])
    both.catch(() => undefined)
    return { plugin, both }
  })
  for (const { plugin, both } of fetched) {
    try {
      const [module] = await both
      const spec = module.default as UiPluginSpec | undefined
      if (typeof spec?.id !== 'string') throw new StageError('export', `The UI of "${plugin.id}" has no default export made by defineUiPlugin().`)
      await at('registration', registerUiPlugin(plugin.id, spec, parts))
      status.change(plugin.id, { ui: 'registered' })
    } catch (error) {
      const { stage, message, cause } = error as StageError
      status.change(plugin.id, { ui: 'failed', stage, error: message })
      console.error(`The UI of "${plugin.id}" failed at "${stage}": ${message}`, cause ?? error)
    }
  }
}

/** @internal A plugin's style, as a link: the page's policy allows no other way. */
export const addStyleLink = (url: string, integrity?: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url, ...(integrity === undefined ? {} : { integrity }) })
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      reject(new Error(`The style ${url} could not be loaded.`))
    }
    document.head.append(link)
  })
