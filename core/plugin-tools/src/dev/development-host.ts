/** What the host says of a plugin. */
export interface PluginState {
  readonly id: string
  readonly version: string
  readonly state: string
  readonly reason?: string
}

const header = { 'content-type': 'application/json', 'x-parley-development': 'parley-plugin' }

/** A host that was started by `parley dev` on this machine. */
export class DevelopmentHost {
  readonly #url: string
  readonly #patience: number

  constructor({ url, patience = 60_000 }: { readonly url: string; readonly patience?: number }) {
    this.#url = url.replace(/\/+$/, '')
    this.#patience = patience
  }

  /** Hands the folder over; answers when the host runs again, with what became of the plugin. */
  async reload(folder: string, id: string, signal: AbortSignal): Promise<PluginState> {
    const before = await this.#register(folder, signal)
    const end = Date.now() + this.#patience
    while (Date.now() < end) {
      const after = await this.#get<{ started: string }>('/system/development', signal)
      if (after !== undefined && after.started !== before && (await this.#get('/health/ready', signal)) !== undefined) {
        const plugins = await this.#get<PluginState[]>('/system/plugins', signal)
        const found = plugins?.find((plugin) => plugin.id === id)
        if (found !== undefined) return found
      }
      signal.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error(`${this.#url} did not come back. Look at what "parley dev" printed.`)
  }

  async #register(folder: string, signal: AbortSignal): Promise<string> {
    const response = await fetch(`${this.#url}/system/development`, {
      method: 'POST',
      headers: header,
      body: JSON.stringify({ folder }),
      signal,
    }).catch(() => undefined)
    if (response === undefined) throw new Error(`Nothing answers at ${this.#url}. Start Parley with "parley dev", or name its address with --host.`)
    const body = (await response.json().catch(() => ({}))) as { started?: string; detail?: string }
    if (response.status !== 202 || body.started === undefined)
      throw new Error(
        response.status === 404
          ? `${this.#url} takes no plugins in development. Start it with "parley dev" instead of "parley start".`
          : `${this.#url} refused it: ${body.detail ?? `HTTP ${response.status}`}`,
      )
    return body.started
  }

  /** `undefined` while the host is not there, or not ready. */
  async #get<T>(path: string, signal: AbortSignal): Promise<T | undefined> {
    try {
      const response = await fetch(this.#url + path, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) })
      return response.ok ? ((await response.json()) as T) : undefined
    } catch {
      return undefined
    }
  }
}
