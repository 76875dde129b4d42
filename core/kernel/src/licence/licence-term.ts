import type { LicenceDocument } from './licence-document.ts'

const day = 86_400_000

/** Days before the end at which people are told. */
export const warningDays = [30, 14, 7, 1] as const
export type WarningDays = (typeof warningDays)[number]

export interface LicenceTerm {
  /** `grace`: expired, and everything still works. `ended`: what it brought is suspended. */
  readonly state: 'valid' | 'grace' | 'ended'
  /** The first moment after `expires`. */
  readonly expiresAt: Date | undefined
  /** The first moment after the grace days: then plugins are suspended. */
  readonly endsAt: Date | undefined
  /** Days until the next change, the begun one counted: to the end, in the grace days to the suspension. */
  readonly daysLeft: number | undefined
  /** The last warning that is due: 30, 14, 7 or 1 days before the end. */
  readonly warning: WarningDays | undefined
}

export function termOf({ expires, grace_days: grace = 0 }: Pick<LicenceDocument, 'expires' | 'grace_days'>, now: Date): LicenceTerm {
  if (expires === undefined) return { state: 'valid', expiresAt: undefined, endsAt: undefined, daysLeft: undefined, warning: undefined }
  const expiresAt = new Date(Date.parse(`${expires}T00:00:00Z`) + day)
  const endsAt = new Date(expiresAt.getTime() + grace * day)
  const state = now < expiresAt ? 'valid' : now < endsAt ? 'grace' : 'ended'
  const next = state === 'valid' ? expiresAt : endsAt
  const daysLeft = state === 'ended' ? 0 : Math.ceil((next.getTime() - now.getTime()) / day)
  const warning = state === 'valid' ? warningDays.filter((days) => daysLeft <= days).at(-1) : undefined
  return { state, expiresAt, endsAt, daysLeft, warning }
}

/** The sentence for a licence that brings nothing any more. */
export const endedReason = ({ id, expires, grace_days: grace = 0 }: LicenceDocument): string =>
  `the licence "${id}" expired on ${expires}${grace > 0 ? `, and its ${grace} days of grace are over` : ''}. Renew it`
