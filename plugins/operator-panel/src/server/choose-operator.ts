/** The three documented ways to distribute; the names are the documented ones in short. */
export const distributionMethods = ['default', 'by_number_of_dialogs', 'by_date_of_last_dialog'] as const
export type DistributionMethod = (typeof distributionMethods)[number]

/** An operator as distribution sees one. */
export interface Candidate {
  readonly userId: string
  readonly name: string
  readonly active: boolean
  readonly canReceive: boolean
  readonly statusName: string
  /** Dialogs now, in all and by channel. */
  dialogs: number
  readonly byChannel: Map<string, number>
  readonly maxDialogs: number
  readonly channelLimits: Readonly<Record<string, number>>
  /** Topics of the operator's skill groups; topics of no group are everybody's. */
  readonly topicIds: ReadonlySet<string>
  lastAssignedAt: number
  readonly lastClosedAt: number
}

export interface Waiting {
  readonly id: string
  readonly channel: string
  readonly topicId: string | undefined
}

/** Why an operator was passed over, in the order in which the reasons are looked at. */
export type Refusal = 'inactive' | 'status' | 'limit' | 'channel_limit' | 'skill' | 'not_first'

export interface Verdict {
  readonly userId: string
  readonly name: string
  readonly dialogs: number
  readonly limit: number
  readonly reason: Refusal | 'chosen'
  /** What the reason was measured against, such as the status' name. */
  readonly detail?: string
}

/**
 * Picks the operator for one request, with a verdict on each candidate. Rules of the product: the status allows work, the limit of the channel, the
 * general limit, a skill group with the topic; then the method. `default`: fewest dialogs, then whose last dialog was closed earliest;
 * `by_number_of_dialogs`: fewest only; `by_date_of_last_dialog`: whose last dialog was assigned earliest. Ties end by user id, so a decision can be repeated.
 */
export const chooseOperator = (
  waiting: Waiting,
  candidates: readonly Candidate[],
  method: DistributionMethod,
  groupedTopics: ReadonlySet<string>,
): { chosen: Candidate | undefined; verdicts: Verdict[] } => {
  const refusals = new Map<string, { reason: Refusal; detail?: string }>()
  for (const candidate of candidates) {
    const refusal = refuse(waiting, candidate, groupedTopics)
    if (refusal !== undefined) refusals.set(candidate.userId, refusal)
  }
  const free = candidates.filter((candidate) => !refusals.has(candidate.userId)).sort(byMethod[method])
  const chosen = free[0]
  const verdicts = candidates.map((candidate): Verdict => ({
    userId: candidate.userId,
    name: candidate.name,
    dialogs: candidate.dialogs,
    limit: candidate.maxDialogs,
    ...(refusals.get(candidate.userId) ?? { reason: candidate === chosen ? 'chosen' : 'not_first' }),
  }))
  return { chosen, verdicts }
}

const refuse = (waiting: Waiting, candidate: Candidate, groupedTopics: ReadonlySet<string>): { reason: Refusal; detail?: string } | undefined => {
  if (!candidate.active) return { reason: 'inactive' }
  if (!candidate.canReceive) return { reason: 'status', detail: candidate.statusName }
  if (candidate.dialogs >= candidate.maxDialogs) return { reason: 'limit' }
  const channelLimit = candidate.channelLimits[waiting.channel]
  if (channelLimit !== undefined && (candidate.byChannel.get(waiting.channel) ?? 0) >= channelLimit) {
    return { reason: 'channel_limit', detail: `${waiting.channel}: ${channelLimit}` }
  }
  if (waiting.topicId !== undefined && groupedTopics.has(waiting.topicId) && !candidate.topicIds.has(waiting.topicId)) return { reason: 'skill' }
  return undefined
}

const byId = (a: Candidate, b: Candidate): number => (a.userId < b.userId ? -1 : 1)

const byMethod: Record<DistributionMethod, (a: Candidate, b: Candidate) => number> = {
  default: (a, b) => a.dialogs - b.dialogs || a.lastClosedAt - b.lastClosedAt || byId(a, b),
  by_number_of_dialogs: (a, b) => a.dialogs - b.dialogs || byId(a, b),
  by_date_of_last_dialog: (a, b) => a.lastAssignedAt - b.lastAssignedAt || byId(a, b),
}
