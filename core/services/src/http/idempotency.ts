import { createHash } from 'node:crypto'
import type { Actor, Clock } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { Answer } from './answer.ts'
import { toProblem } from './problem.ts'
import type { IdempotencyStore, KnownRequest } from './idempotency-store.ts'

export interface IdempotentRequest {
  readonly key: string
  readonly actor: Actor
  readonly plugin: string
  /** Method, address and body: everything that makes it the same request. */
  readonly content: readonly (string | Uint8Array)[]
}

const kept = 24 * 3_600_000
const longestWait = 10_000
const pause = 100
// no handler runs this long: the process that ran it is gone
const interruptedAfter = 60_000
const replayed = 'idempotency-replayed'

const hash = (parts: readonly (string | Uint8Array)[]): string => {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(String(part.length)).update(':').update(part)
  return sum.digest('hex')
}

const conflict = (message: string): ParleyError => new ParleyError('idempotency_conflict', message)

/** Stands for an answer that nobody may keep, such as one with a new API key: it must not lie readable in the table for a day. */
const shownOnce: Answer = {
  status: 409,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify(
    toProblem(
      conflict('The first request with this Idempotency-Key was carried out. Its answer held a secret that is shown only once and was not kept.'),
      {
        requestId: 'none',
        plugin: undefined,
        showBugs: false,
      },
    ),
  ),
}

export const readIdempotencyKey = (header: string | string[] | undefined): string | undefined => {
  if (header === undefined) return undefined
  if (typeof header === 'string' && /^[\x20-\x7e]{1,255}$/.test(header)) return header
  throw new ParleyError('invalid_input', 'The "Idempotency-Key" header must have 1 to 255 printable ASCII characters.')
}

/** A write with an `Idempotency-Key` runs once; whoever sends it again within a day gets the first answer. */
export class Idempotency {
  readonly #store: IdempotencyStore
  readonly #clock: Clock
  readonly #running = new Map<string, Promise<unknown>>()

  constructor({ store, clock }: { store: IdempotencyStore; clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  async run({ key, actor, plugin, content }: IdempotentRequest, work: () => Promise<Answer>): Promise<Answer> {
    const id = hash([plugin, actor.kind, actor.id, key])
    const requestHash = hash(content)
    const now = this.#clock.now()
    if (!(await this.#store.claim(id, requestHash, now, new Date(now.getTime() + kept)))) return await this.#first(id, requestHash)

    const running = this.#runFirst(id, work)
    this.#running.set(id, running)
    try {
      return await running
    } finally {
      this.#running.delete(id)
    }
  }

  async #runFirst(id: string, work: () => Promise<Answer>): Promise<Answer> {
    let answer: Answer
    try {
      answer = await work()
    } catch (error) {
      // if even this fails, the repeated request is told that the first was interrupted
      await this.#store.release(id).catch(() => undefined)
      throw error
    }
    // a stream cannot be kept, and a failure of ours may be tried again
    if (answer.stream !== undefined || answer.status >= 500) await this.#store.release(id)
    else if (answer.headers['cache-control'] === 'no-store') await this.#store.finish(id, shownOnce)
    else await this.#store.finish(id, answer)
    return answer
  }

  /** The answer of the request that came first, waiting for it a while. */
  async #first(id: string, requestHash: string): Promise<Answer> {
    const until = this.#clock.now().getTime() + longestWait
    for (;;) {
      const known = await this.#store.find(id)
      if (known === undefined) throw conflict('The first request with this Idempotency-Key failed. Send the request again.')
      if (known.requestHash !== requestHash) {
        throw conflict('This Idempotency-Key was used for another request. Use a new key for each request.')
      }
      if (known.answer !== undefined) return { ...known.answer, headers: { ...known.answer.headers, [replayed]: 'true' } }
      this.#refuseLate(known, until)
      await (this.#running.get(id)?.catch(() => undefined) ?? this.#clock.sleep(pause))
    }
  }

  #refuseLate({ claimedAt }: KnownRequest, until: number): void {
    const now = this.#clock.now().getTime()
    if (now - claimedAt.getTime() > interruptedAfter) {
      throw conflict('The first request with this Idempotency-Key was interrupted. Look whether it took effect, then use a new key.')
    }
    if (now > until) throw conflict('The first request with this Idempotency-Key is still running. Ask again later.')
  }
}
