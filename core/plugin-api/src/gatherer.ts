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
  /** A run takes half of the calls that are there when they are many, so that callers go on with the answers of one half while the other runs. */
  readonly halves?: boolean
  /** Whether inputs of a failed run may be tried one by one; without it always. */
  readonly repeats?: (error: unknown) => boolean
}

/** Fewer calls than these are not halved: what a run costs by itself is worth more than the time in which nothing runs. */
const many = 6

/**
 * Calls that come while others run go together into the next run, so that under load one round trip serves many. A call that finds nothing running
 * goes at once, or with those of its turn of the event loop: it never waits for company. A run that fails is repeated one by one, so that nobody
 * fails for another's input.
 */
export class Gatherer<I, O> {
  readonly #options: GathererOptions<I, O>
  readonly #waiting: Waiting<I, O>[] = []
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

  /** `answered`: as many calls have their answers now, and their callers may soon come back with others. */
  #next(answered = 0): void {
    const { parallel, limit, halves = false } = this.#options
    if (this.#running >= parallel || this.#waiting.length === 0) return
    const there = this.#waiting.length + answered
    const group = this.#waiting.splice(0, halves && there >= many ? Math.min(limit, Math.ceil(there / 2)) : limit)
    this.#running++
    void this.#run(group)
  }

  async #run(group: readonly Waiting<I, O>[]): Promise<void> {
    let outputs: readonly O[]
    try {
      outputs = await this.#outputs(group)
    } catch (error) {
      await this.#fail(group, error)
      this.#ended(0)
      return
    }
    // first, so that it is on its way while callers go on
    this.#ended(group.length)
    for (const [index, { resolve }] of group.entries()) resolve(outputs[index]!)
  }

  async #outputs(group: readonly Waiting<I, O>[]): Promise<readonly O[]> {
    const outputs = await this.#options.run(group.map(({ input }) => input))
    if (outputs.length !== group.length) throw new TypeError(`A run of ${group.length} inputs answered ${outputs.length} outputs.`)
    return outputs
  }

  #ended(answered: number): void {
    this.#running--
    this.#next(answered)
  }

  async #fail(group: readonly Waiting<I, O>[], error: unknown): Promise<void> {
    const { repeats = () => true } = this.#options
    let alone: boolean
    try {
      alone = group.length > 1 && repeats(error)
    } catch {
      alone = false
    }
    for (const one of group) {
      if (alone) await this.#outputs([one]).then(([output]) => one.resolve(output!), one.reject)
      else one.reject(error)
    }
  }
}
