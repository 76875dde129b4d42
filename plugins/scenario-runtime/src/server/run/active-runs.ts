import type { Run } from './run.ts'

/** Runs under way in this process: what they have said is not stored yet, and a step that asks for the history wants it. */
export class ActiveRuns {
  readonly #runs = new Map<string, { run: Run | undefined }>()

  history(conversationId: string): string | undefined {
    return this.#runs.get(conversationId)?.run?.history.text
  }

  /** Returns what ends it. */
  begin(run: Run): () => void {
    const { id } = run.conversation
    const entry: { run: Run | undefined } = { run }
    this.#runs.set(id, entry)
    return () => {
      if (this.#runs.get(id) === entry) this.#runs.delete(id)
      // A Map that changes all the time is copied all the time, and the engine keeps what stood in the copies until it collects everything.
      entry.run = undefined
    }
  }
}
