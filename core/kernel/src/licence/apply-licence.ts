import type { PluginRecord } from '../plugin-record.ts'
import type { Licensing } from './licensing.ts'

export interface LicenceChange {
  readonly licensing: Licensing
  readonly records: readonly PluginRecord[]
  /** Ids of those that the licence suspended, kept between calls: who was suspended for another reason is left alone. */
  readonly suspended: Set<string>
  readonly suspend: (id: string, reason: string) => void
  readonly resume: (id: string) => void
}

/** Asks the licence about every plugin that is here: suspends, brings back, and says what waits for a restart. */
export function applyLicence({ licensing, records, suspended, suspend, resume }: LicenceChange): void {
  for (const record of records) {
    const refusal = licensing.refusal(record)
    if (record.state === 'running' && refusal) {
      suspended.add(record.id)
      suspend(record.id, refusal.reason)
    } else if (record.state === 'suspended' && suspended.has(record.id)) {
      if (refusal && refusal.reason !== record.reason) record.become('suspended', refusal.reason)
      if (refusal) continue
      suspended.delete(record.id)
      resume(record.id)
    } else if (record.state === 'unlicensed') {
      const reason = refusal?.reason ?? 'the licence includes it now. Restart every process, one after the other, to load it'
      if (reason !== record.reason) record.become('unlicensed', reason)
    }
  }
}
