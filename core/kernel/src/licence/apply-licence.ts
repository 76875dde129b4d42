import type { Hold } from '../suspensions.ts'
import type { Licensing } from './licensing.ts'

/** Asks the licence about every plugin that is here: suspends, brings back, and says what waits for a restart. */
export function applyLicence(licensing: Licensing, { records, hold, release }: Hold): void {
  for (const record of records) {
    const refusal = licensing.refusal(record)
    if (record.state === 'unlicensed') {
      const reason = refusal?.reason ?? 'the licence includes it now. Restart every process, one after the other, to load it'
      if (reason !== record.reason) record.become('unlicensed', reason)
    } else if (refusal) hold(record, refusal.reason)
    else release(record)
  }
}
