import type { StoredMessage } from './database.ts'
import type { Acknowledged } from './load.ts'
import type { SinkRequest } from './sink.ts'

export interface Evidence {
  readonly conversations: readonly Acknowledged[]
  readonly stored: readonly StoredMessage[]
  readonly ledger: readonly SinkRequest[]
}

export interface Judgement {
  /** One sentence each, naming the message. Empty: nothing was lost, doubled or out of order. */
  readonly violations: readonly string[]
  /** Replies of the channel that is not idempotent of which nobody knows whether they arrived: `text: reason`. */
  readonly unknown: readonly string[]
  readonly replies: number
  /** Requests of the idempotent channel beyond the first with the same key: what the other side dropped. */
  readonly repeated: number
}

const channelNames: Readonly<Record<Acknowledged['channel'], string>> = { custom: 'custom_channel', parcel: 'parcel' }

/** What was promised at the intake, what lies in the database and what really arrived, compared. Pure. */
export const judge = ({ conversations, stored, ledger }: Evidence): Judgement => {
  const violations: string[] = []
  const unknown: string[] = []
  const storedBy = groupBy(stored, ({ channel, chat, direction }) => `${channel} ${chat} ${direction}`)
  const sentBy = groupBy(ledger, ({ channel, chat }) => `${channel} ${chat}`)
  for (const { channel, chat, texts } of conversations) {
    const kept = (direction: StoredMessage['direction']): StoredMessage[] => storedBy.get(`${channelNames[channel]} ${chat} ${direction}`) ?? []
    const requests = sentBy.get(`${channel} ${chat}`) ?? []
    violations.push(
      ...compare(
        texts,
        kept('in').map(({ text }) => text),
        'was acknowledged and is',
        'stored',
      ),
    )
    violations.push(
      ...compare(
        texts,
        kept('out').map(({ text }) => text),
        'has a reply that is',
        'made',
      ),
    )
    violations.push(...answersBeforeQuestions(kept('in'), kept('out')))
    if (channel === 'custom') violations.push(...judgeIdempotent(texts, requests))
    else {
      const found = judgeOnce(kept('out'), requests)
      violations.push(...found.violations)
      unknown.push(...found.unknown)
    }
  }
  const known = new Set(conversations.flatMap(({ texts }) => texts))
  for (const { text, channel } of ledger) if (!known.has(text)) violations.push(`"${text}" arrived at ${channel} and was never acknowledged`)
  const custom = ledger.filter(({ channel }) => channel === 'custom')
  return { violations: [...new Set(violations)], unknown, replies: known.size, repeated: custom.length - new Set(custom.map(({ key }) => key)).size }
}

/** Lost, doubled, out of order: told apart, because the cause is another one. */
const compare = (expected: readonly string[], found: readonly string[], subject: string, verb: string): string[] => {
  const counts = new Map<string, number>()
  for (const text of found) counts.set(text, (counts.get(text) ?? 0) + 1)
  const wanted = new Set(expected)
  const problems = expected.flatMap((text) => {
    const count = counts.get(text) ?? 0
    return count === 1 ? [] : [`"${text}" ${subject} ${count === 0 ? 'not' : `${count} times`} ${verb}`]
  })
  for (const text of counts.keys()) if (!wanted.has(text)) problems.push(`"${text}" is ${verb} and was never acknowledged`)
  if (problems.length > 0) return problems
  const wrong = expected.findIndex((text, index) => found[index] !== text)
  return wrong === -1 ? [] : [`"${expected[wrong]}" ${subject} ${verb} out of order: "${found[wrong]}" is in its place`]
}

const answersBeforeQuestions = (questions: readonly StoredMessage[], answers: readonly StoredMessage[]): string[] => {
  const asked = new Map(questions.map(({ text, number }) => [text, number]))
  return answers
    .filter(({ text, number }) => number < (asked.get(text) ?? 0))
    .map(({ text }) => `the reply to "${text}" has a smaller number than its question`)
}

/** Each reply was taken once under one key; when it came again, it was the same key. */
const judgeIdempotent = (expected: readonly string[], requests: readonly SinkRequest[]): string[] => {
  const keys = new Map<string, Set<string>>()
  for (const { text, key } of requests) keys.set(text, (keys.get(text) ?? new Set()).add(key))
  const problems = [...keys].flatMap(([text, used]) => (used.size === 1 ? [] : [`the reply to "${text}" went out under ${used.size} keys`]))
  const taken = [...new Set(requests.filter(({ answer }) => answer === 200).map(({ text }) => text))]
  return [...problems, ...compare(expected, taken, 'has a reply that is', 'delivered')]
}

/** At most one request that could have been delivered; without a clear one, the reply says of itself that it is unknown. */
const judgeOnce = (answers: readonly StoredMessage[], requests: readonly SinkRequest[]): { violations: string[]; unknown: string[] } => {
  const violations: string[] = []
  const unknown: string[] = []
  const possible = groupBy(
    requests.filter(({ answer }) => answer !== 429),
    ({ text }) => text,
  )
  for (const { text, state, reason } of answers) {
    const tries = possible.get(text) ?? []
    if (tries.length > 1) violations.push(`the reply to "${text}" was sent ${tries.length} times over a channel that is not idempotent`)
    if (state === 'unknown') unknown.push(`${text}: ${reason}`)
    else if (state !== 'sent') violations.push(`the reply to "${text}" ended as ${state}: ${reason}`)
    else if (tries[0]?.answer !== 200)
      violations.push(`the reply to "${text}" is marked as sent and ${tries.length === 0 ? 'never arrived' : `was answered ${tries[0]?.answer}`}`)
  }
  const order = answers.map(({ text }) => text).filter((text) => possible.has(text))
  const arrived = [...possible.keys()]
  const wrong = order.findIndex((text, index) => arrived[index] !== text)
  if (wrong !== -1) violations.push(`the reply to "${order[wrong]}" arrived out of order: "${arrived[wrong]}" was in its place`)
  return { violations, unknown }
}

const groupBy = <T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return groups
}
