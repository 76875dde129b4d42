/** Whether this process should get traffic, and why not. Each part answers `undefined` or a sentence. */
export class Readiness {
  readonly #checks = new Map<string, () => Promise<string | undefined> | string | undefined>()
  #state: 'starting' | 'ready' | 'stopping' = 'starting'

  check(part: string, ask: () => Promise<string | undefined> | string | undefined): void {
    this.#checks.set(part, ask)
  }

  started(): void {
    if (this.#state === 'starting') this.#state = 'ready'
  }

  stopping(): void {
    this.#state = 'stopping'
  }

  async problems(): Promise<Readonly<Record<string, string>>> {
    if (this.#state !== 'ready') return { process: `it is ${this.#state}` }
    const asked = await Promise.all([...this.#checks].map(async ([part, ask]) => [part, await answer(ask)] as const))
    return Object.fromEntries(asked.filter((pair): pair is [string, string] => pair[1] !== undefined))
  }
}

async function answer(ask: () => Promise<string | undefined> | string | undefined): Promise<string | undefined> {
  try {
    return await ask()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
