import type { Role } from '@parley/plugin-api'
import type { PluginRecord } from './plugin-record.ts'

/** Who keeps a loaded plugin from working; it works when nobody does any more. Who comes first gives the reason that people read. */
export const holders = ['decision', 'licence', 'other'] as const
export type Holder = (typeof holders)[number]

/** What one holder can do. */
export interface Hold {
  readonly records: readonly PluginRecord[]
  hold(record: PluginRecord, reason: string): void
  release(record: PluginRecord): void
}

type Start = (record: PluginRecord, roles: readonly Role[]) => void

/** `start` is called for a plugin whose start hook waited for the release. */
export const holding = (holder: Holder, records: readonly PluginRecord[], start: Start): Hold => ({
  records,
  hold: (record, reason) => hold(record, holder, reason),
  release: (record) => release(record, holder, start),
})

function hold(record: PluginRecord, holder: Holder, reason: string): void {
  if (record.state !== 'running' && record.state !== 'suspended') return
  record.holds.set(holder, reason)
  show(record)
}

/** It works again when nobody else holds it. */
function release(record: PluginRecord, holder: Holder, start: Start): void {
  if (!record.holds.delete(holder) || record.state !== 'suspended') return
  if (record.holds.size > 0) return show(record)
  record.become('running')
  const roles = record.missedStart
  record.missedStart = undefined
  if (roles) start(record, roles)
}

function show(record: PluginRecord): void {
  const reason = holders.map((holder) => record.holds.get(holder)).find((one) => one !== undefined)
  if (record.state !== 'suspended' || record.reason !== reason) record.become('suspended', reason)
}
