import { describe, expect, it } from 'vitest'
import type { StoredMessage } from './database.ts'
import { judge, type Evidence } from './judge.ts'
import type { SinkRequest } from './sink.ts'

const message = (
  text: string,
  number: number,
  direction: 'in' | 'out',
  channel = 'custom',
  state = direction === 'in' ? 'received' : 'sent',
): StoredMessage => ({
  channel: channel === 'custom' ? 'custom_channel' : channel,
  chat: 'c',
  number,
  direction,
  state,
  reason: null,
  text,
  id: `${direction}-${text}`,
})
const request = (text: string, channel = 'custom', answer: SinkRequest['answer'] = 200, key = `key-${text}`): SinkRequest => ({
  channel,
  key,
  chat: 'c',
  text,
  answer,
  at: 0,
})

const good = (channel: 'custom' | 'parcel'): { conversations: Evidence['conversations']; stored: StoredMessage[]; ledger: SinkRequest[] } => ({
  conversations: [{ channel, chat: 'c', texts: ['c:1', 'c:2'] }],
  stored: [message('c:1', 1, 'in', channel), message('c:1', 2, 'out', channel), message('c:2', 3, 'in', channel), message('c:2', 4, 'out', channel)],
  ledger: [request('c:1', channel), request('c:2', channel)],
})

describe('the judge', () => {
  it('finds nothing where nothing is wrong', () => {
    expect(judge(good('custom'))).toEqual({ violations: [], unknown: [], replies: 2, repeated: 0 })
    expect(judge(good('parcel'))).toEqual({ violations: [], unknown: [], replies: 2, repeated: 0 })
  })

  it('sees a message that was lost, doubled, misplaced or made up', () => {
    const { stored, ...rest } = good('custom')
    expect(judge({ ...rest, stored: stored.slice(1) }).violations).toContain('"c:1" was acknowledged and is not stored')
    expect(judge({ ...rest, stored: [...stored, message('c:1', 5, 'in')] }).violations).toContain('"c:1" was acknowledged and is 2 times stored')
    const swapped = [message('c:2', 1, 'in'), message('c:2', 2, 'out'), message('c:1', 3, 'in'), message('c:1', 4, 'out')]
    expect(judge({ ...rest, stored: swapped }).violations).toContain('"c:1" was acknowledged and is stored out of order: "c:2" is in its place')
    expect(judge({ ...rest, stored: [...stored, message('c:9', 5, 'in')] }).violations).toContain('"c:9" is stored and was never acknowledged')
  })

  it('sees a reply that is missing, made twice, or before its question', () => {
    const { stored, ...rest } = good('custom')
    expect(judge({ ...rest, stored: stored.slice(0, 3) }).violations).toContain('"c:2" has a reply that is not made')
    expect(judge({ ...rest, stored: [...stored, message('c:2', 5, 'out')] }).violations).toContain('"c:2" has a reply that is 2 times made')
    const early = [stored[0]!, stored[1]!, message('c:2', 3, 'out'), message('c:2', 4, 'in')]
    expect(judge({ ...rest, stored: early }).violations).toContain('the reply to "c:2" has a smaller number than its question')
  })

  it('lets an idempotent channel repeat a key, and nothing else', () => {
    const { ledger, ...rest } = good('custom')
    expect(judge({ ...rest, ledger: [request('c:1', 'custom', 500), ...ledger] })).toMatchObject({ violations: [], repeated: 1 })
    expect(judge({ ...rest, ledger: [...ledger, request('c:2', 'custom', 200, 'other')] }).violations).toContain(
      'the reply to "c:2" went out under 2 keys',
    )
    expect(judge({ ...rest, ledger: ledger.slice(0, 1) }).violations).toContain('"c:2" has a reply that is not delivered')
    expect(judge({ ...rest, ledger: ledger.toReversed() }).violations).toContain(
      '"c:1" has a reply that is delivered out of order: "c:2" is in its place',
    )
    expect(judge({ ...rest, ledger: [...ledger, request('c:7')] }).violations).toContain('"c:7" arrived at custom and was never acknowledged')
  })

  it('forbids a second request over the other channel, unless the first was refused', () => {
    const { ledger, stored, conversations } = good('parcel')
    expect(judge({ conversations, stored, ledger: [request('c:1', 'parcel', 429), ...ledger] }).violations).toEqual([])
    expect(judge({ conversations, stored, ledger: [...ledger, request('c:1', 'parcel')] }).violations).toContain(
      'the reply to "c:1" was sent 2 times over a channel that is not idempotent',
    )
    expect(judge({ conversations, stored, ledger: ledger.slice(0, 1) }).violations).toContain(
      'the reply to "c:2" is marked as sent and never arrived',
    )
    expect(judge({ conversations, stored, ledger: ledger.toReversed() }).violations).toContain(
      'the reply to "c:1" arrived out of order: "c:2" was in its place',
    )
  })

  it('names what is unknown, and takes no other end for it', () => {
    const { conversations, stored, ledger } = good('parcel')
    const ended = (state: string): StoredMessage[] => [...stored.slice(0, 3), { ...message('c:2', 4, 'out', 'parcel', state), reason: 'why' }]
    expect(judge({ conversations, stored: ended('unknown'), ledger: ledger.slice(0, 1) })).toMatchObject({ violations: [], unknown: ['c:2: why'] })
    expect(judge({ conversations, stored: ended('failed'), ledger }).violations).toContain('the reply to "c:2" ended as failed: why')
  })
})
