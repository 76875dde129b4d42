interface Waiting<I, O> {
  readonly input: I
  readonly resolve: (output: O) => void
  readonly reject: (error: unknown) => void
}

/** How calls are gathered into runs. */
export interface GathererOptions<I, O> {
  /** Answers one output for each input, in order. */
  readonly run: (inputs: readonly I[]) => Promise<readonly O[]>
  /** Runs at the same time. */
  readonly parallel: number
  /** Inputs of one run. */
  readonly limit: number
  /** A run waits for the calls that come in the same turn of the event loop. */
  readonly together?: boolean
  /** Whether inputs of a failed run may be tried one by one; without it always. */
  readonly repeats?: (error: unknown) => boolean
}

/**
 * Calls that come while others run go together into the next run, so that under load one round trip serves many. A call that finds nothing running
 * goes at once, or with those of its turn of the event loop: it never waits for company. A run that fails is repeated one by one, so that nobody
 * fails for another's input.
 */
export class Gatherer<I, O> {
  readonly #options: GathererOptions<I, O>
  #waiting: Waiting<I, O>[] = []
  #running = 0
  #begins = false

  constructor(options: GathererOptions<I, O>) {
    this.#options = options
  }

  add(input: I): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject })
      if (this.#options.together === true) this.#begin()
      else this.#next()
    })
  }

  #begin(): void {
    if (this.#begins || this.#running >= this.#options.parallel) return
    this.#begins = true
    setImmediate(() => {
      this.#begins = false
      this.#next()
    })
  }

  #next(): void {
    if (this.#running >= this.#options.parallel || this.#waiting.length === 0) return
    const { limit } = this.#options
    const group = this.#waiting.slice(0, limit)
    this.#waiting = this.#waiting.slice(limit)
    this.#running++
    void this.#run(group).finally(() => {
      this.#running--
      this.#next()
    })
  }

  async #run(group: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.#options.run(group.map(({ input }) => input))
      for (const [index, { resolve }] of group.entries()) resolve(outputs[index]!)
    } catch (error) {
      const { repeats = () => true } = this.#options
      if (group.length === 1 || !repeats(error)) {
        for (const { reject } of group) reject(error)
        return
      }
      for (const one of group) await this.#run([one])
    }
  }
}
