import type { QueuedJob } from './queue-engine.ts'

/**
 * Keeps jobs of one lane from overlapping in this process. One that comes while its lane runs is kept, at most one, and runs right after
 * in the same slot: a lane never occupies two. The last run decides whether the engine tries again, because a handler drains its lane.
 */
export class Lanes {
  readonly #running = new Map<string, { next: QueuedJob | undefined }>()

  async run(lane: string, first: QueuedJob, work: (job: QueuedJob) => Promise<void>, signal: AbortSignal): Promise<void> {
    const running = this.#running.get(lane)
    if (running !== undefined) {
      running.next ??= first
      return
    }
    const state: { next: QueuedJob | undefined } = { next: undefined }
    this.#running.set(lane, state)
    for (let job: QueuedJob | undefined = first; job !== undefined;) {
      let failure: { readonly error: unknown } | undefined
      try {
        await work(job)
      } catch (error) {
        failure = { error }
      }
      // From here to the next await nothing may wait: a job that came in between would be kept by a lane that has ended.
      job = signal.aborted ? undefined : state.next
      state.next = undefined
      if (job !== undefined) continue
      this.#running.delete(lane)
      if (failure !== undefined) throw failure.error
    }
  }
}
