import type { Conversation } from '../../api/index.ts'

/** A lane as this process let it go, with nothing left in it. */
export interface LeftLane {
  readonly conversation: Conversation
  readonly version: number
  /** The conversation's last number. */
  readonly lastNumber: number
  /** The item that was worked off last. */
  readonly item: string
}

const limit = 10_000

/** Lanes of which it is known that this process had the last turn. Others may have had one since: what relies on it checks it with its commit. */
export class LaneMemory {
  readonly #lanes = new Map<string, LeftLane>()

  get(conversationId: string): LeftLane | undefined {
    return this.#lanes.get(conversationId)
  }

  keep(lane: LeftLane): void {
    const { id } = lane.conversation
    this.#lanes.delete(id)
    this.#lanes.set(id, lane)
    for (const oldest of this.#lanes.keys()) {
      if (this.#lanes.size <= limit) break
      this.#lanes.delete(oldest)
    }
  }

  forget(conversationId: string): void {
    this.#lanes.delete(conversationId)
  }
}
