import type { Clock } from '@parley/plugin-api'

export interface LeaseKeeperOptions {
  readonly clock: Clock
  readonly seconds: number
  /** False when the lease was lost. */
  readonly renew: (until: Date) => Promise<boolean>
  readonly signal: AbortSignal
}

/** Renews a lease while work goes on. Its signal aborts when the lease is lost or the process stops. */
export class LeaseKeeper {
  readonly signal: AbortSignal
  readonly #lost = new AbortController()
  readonly #cancel: () => void

  constructor({ clock, seconds, renew, signal }: LeaseKeeperOptions) {
    this.signal = AbortSignal.any([signal, this.#lost.signal])
    this.#cancel = clock.every((seconds * 1000) / 3, () => {
      renew(new Date(clock.now().getTime() + seconds * 1000)).then(
        (held) => {
          if (!held) this.#lost.abort(new Error('another process has taken this over'))
        },
        // the next renewal tries again; if none succeeds, the fence decides
        () => undefined,
      )
    })
  }

  stop(): void {
    this.#cancel()
  }
}
