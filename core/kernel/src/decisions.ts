import type { Hold } from './suspensions.ts'

/** What an administrator, or the host after repeated crashes, decided of a plugin. */
export interface Decision {
  readonly state: 'disabled' | 'quarantined'
  /** Goes on after "it is disabled:" and the like. */
  readonly reason: string
}

/** What the kernel asks. The answers may change at any time. */
export interface Decisions {
  of(plugin: string): Decision | undefined
}

/** Nothing was decided: tools and tests. */
export const undecided: Decisions = { of: () => undefined }

/** Suspends what was disabled since the start, brings back what was released, and says what waits for a restart. */
export function applyDecisions(decisions: Decisions, { records, hold, release }: Hold): void {
  for (const record of records) {
    const decision = decisions.of(record.id)
    record.decision = decision
    if (record.notLoaded) {
      const state = decision?.state ?? 'disabled'
      const reason = decision?.reason ?? 'it is enabled again. Restart every process, one after the other, to load it'
      record.waitsForRestart = decision === undefined
      if (state !== record.state || reason !== record.reason) record.become(state, reason)
    } else if (decision) hold(record, decision.reason)
    else release(record)
  }
}
