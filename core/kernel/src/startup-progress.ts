import type { Clock, Logger } from '@parley/plugin-api'

/** While plugins start, names those that are not done yet: after 1 s, 2 s, 4 s, and so on. */
export class StartupProgress {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #busy = new Map<string, Date>()
  #cancel: (() => void) | undefined

  constructor({ clock, log }: { clock: Clock; log: Logger }) {
    this.#clock = clock
    this.#log = log
  }

  begin(plugin: string): void {
    this.#busy.set(plugin, this.#clock.now())
    if (!this.#cancel) this.#wait(1_000)
  }

  /** Answers the milliseconds it took. */
  end(plugin: string): number {
    const since = this.#busy.get(plugin) ?? this.#clock.now()
    this.#busy.delete(plugin)
    if (this.#busy.size === 0) {
      this.#cancel?.()
      this.#cancel = undefined
    }
    return this.#clock.now().getTime() - since.getTime()
  }

  #wait(milliseconds: number): void {
    this.#cancel = this.#clock.after(milliseconds, () => {
      const now = this.#clock.now().getTime()
      this.#log.info('Plugins are still starting', {
        plugins: [...this.#busy].map(([plugin, since]) => `${plugin} (${Math.round((now - since.getTime()) / 1000)} s)`),
      })
      this.#wait(milliseconds * 2)
    })
  }
}
