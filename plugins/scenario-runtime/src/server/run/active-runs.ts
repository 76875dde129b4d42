import type { Run } from './run.ts'

/** Runs under way in this process: what they have said is not stored yet, and a step that asks for the history wants it. */
export class ActiveRuns {
  readonly #runs = new Map<string, Run>()

  history(conversationId: string): string | undefined {
    return this.#runs.get(conversationId)?.history.text
  }

  async during<T>(run: Run, work: () => Promise<T>): Promise<T> {
    const { id } = run.conversation
    this.#runs.set(id, run)
    try {
      return await work()
    } finally {
      if (this.#runs.get(id) === run) this.#runs.delete(id)
    }
  }
}
