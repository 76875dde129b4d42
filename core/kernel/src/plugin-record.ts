import { ParleyError, type PluginManifest, type Role } from '@parley/plugin-api'
import type { Decision } from './decisions.ts'
import { noDeclarations, type Declared } from './declared.ts'
import type { InstalledPlugin } from './installed-plugin.ts'
import type { PluginContainer } from './plugin-container.ts'
import type { Declarations, PluginHandle, PluginState, WorkContext } from './plugin-handle.ts'
import type { Holder } from './suspensions.ts'
import { runInContext } from './work-context.ts'

/** What the kernel knows of one plugin. Everyone else sees it as a `PluginHandle`. */
export class PluginRecord implements PluginHandle {
  readonly id: string
  readonly version: string
  readonly manifest: PluginManifest | undefined
  order = 0
  phase = 'select'
  milliseconds = 0
  declared: Declared | undefined
  config: unknown
  container: PluginContainer | undefined
  /** The roles whose start hook waits, because the plugin was suspended when its turn came. */
  missedStart: readonly Role[] | undefined
  decision: Decision | undefined
  waitsForRestart = false
  /** Its code was not imported, because of a decision. */
  notLoaded = false
  /** Why it is suspended; see `suspensions.ts`. */
  readonly holds = new Map<Holder, string>()
  #state: PluginState = 'registered'
  #reason: string | undefined
  readonly #changed: (record: PluginRecord) => void

  constructor({ installed, changed }: { installed: InstalledPlugin; changed: (record: PluginRecord) => void }) {
    this.id = installed.id
    this.version = installed.version
    this.manifest = installed.manifest
    this.#changed = changed
  }

  get state(): PluginState {
    return this.#state
  }

  get reason(): string | undefined {
    return this.#reason
  }

  get declarations(): Declarations {
    return this.declared?.declarations ?? noDeclarations
  }

  become(state: PluginState, reason?: string): void {
    this.#state = state
    this.#reason = reason
    this.#changed(this)
  }

  run<T>(context: Omit<WorkContext, 'plugin'>, work: (cradle: any) => Promise<T>): Promise<T> {
    const unavailable = this.unavailable()
    if (unavailable && !(context.receiving === true && this.#state === 'suspended')) return Promise.reject(unavailable)
    try {
      return runInContext({ ...context, plugin: this.id }, () => this.container!.run(context, work))
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  unavailable(): ParleyError | undefined {
    return this.#state === 'running' ? undefined : pluginUnavailable(this)
  }
}

/** The error everybody gets who needs a plugin that does not run. */
export function pluginUnavailable({ id, state: own, reason, decision }: Pick<PluginHandle, 'id' | 'state' | 'reason' | 'decision'>): ParleyError {
  const state = decision?.state ?? own
  const why = reason === undefined ? '' : `: ${reason}`
  return state === 'unlicensed'
    ? new ParleyError('not_licensed', `"${id}" is not part of the licence${why}`, { details: { plugin: id, state } })
    : new ParleyError('plugin_unavailable', `"${id}" is ${state === 'registered' ? 'still starting' : state}${why}`, {
        details: { plugin: id, state },
      })
}
