import type { Logger } from '@parley/plugin-api'

/** What services ask to be done around the commit of a transaction or a batch. */
export class UnitOfWork {
  readonly #log: Logger
  readonly #before: (() => void | Promise<void>)[] = []
  readonly #after: (() => void)[] = []

  constructor(log: Logger) {
    this.#log = log
  }

  beforeCommit(work: () => void | Promise<void>): void {
    this.#before.push(work)
  }

  afterCommit(work: () => void): void {
    this.#after.push(work)
  }

  /** A hook may register further hooks; they run too. */
  async runBefore(): Promise<void> {
    for (let work = this.#before.shift(); work !== undefined; work = this.#before.shift()) {
      const waiting = work()
      if (waiting !== undefined) await waiting
    }
  }

  /** The commit has happened, so a hook that throws can only be reported. */
  runAfter(): void {
    for (const work of this.#after) {
      try {
        work()
      } catch (error) {
        this.#log.error('a hook after a commit failed', { error })
      }
    }
  }
}
