import { expect } from 'vitest'
import type { TestClient, TestResponse } from '@parley/test-kit'
import { fill, type Operation } from './api-host.ts'

interface Entry {
  readonly id: string
  readonly action: string
  readonly actor: { readonly id: string }
  readonly object: { readonly type: string; readonly id: string }
  readonly before?: unknown
  readonly after?: unknown
}

/** What a write does, hence what its entry must tell: what is made was not there, what changed was and is, what goes was. */
export type Kind = 'makes' | 'changes' | 'removes'

const usual: Readonly<Record<string, Kind>> = { POST: 'makes', PUT: 'changes', PATCH: 'changes', DELETE: 'removes' }

export interface WriteOptions {
  readonly params?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** By default what the method says. */
  readonly kind?: Kind
}

/** Calls the writes of the API one after another, as somebody signed in, and holds each to its audit entry. */
export class Walk {
  readonly done = new Set<string>()
  readonly #operations: ReadonlyMap<string, Operation>
  readonly #http: TestClient
  readonly #me: string
  #seen = 0n

  constructor({ operations, http, me }: { operations: readonly Operation[]; http: TestClient; me: string }) {
    this.#operations = new Map(operations.map((operation) => [operation.label, operation]))
    this.#http = http
    this.#me = me
  }

  async write(label: string, { params, body, kind }: WriteOptions = {}): Promise<any> {
    const operation = this.#operations.get(label)
    if (operation === undefined) throw new Error(`The API has no ${label}.`)
    await this.#newEntries()
    const answer = await this.#http.request(operation.method as 'POST', fill(operation.path, params), body as object)
    if (answer.status >= 300) throw new Error(`${label} answered ${answer.status}: ${answer.text}`)
    const entries = await this.#newEntries()
    this.done.add(label)
    // what says that it leaves no entry leaves none
    expect({ label, entries: entries.length > 0 }).toEqual({ label, entries: operation.unaudited === undefined })
    for (const entry of entries) this.#check(label, entry, kind ?? usual[operation.method]!)
    return answer.body
  }

  async get(path: string): Promise<TestResponse['body']> {
    const { status, body } = await this.#http.get(path)
    expect({ path, status }).toEqual({ path, status: 200 })
    return body
  }

  #check(label: string, { actor, action, object, before, after }: Entry, kind: Kind): void {
    const entry = `${label}: ${action} of ${object.type} ${object.id}`
    expect({ entry, actor: actor.id }).toEqual({ entry, actor: this.#me })
    const told = { before: before !== undefined, after: after !== undefined }
    // what goes may leave the reason
    if (kind === 'removes') expect({ entry, before: told.before }).toEqual({ entry, before: true })
    else expect({ entry, ...told }).toEqual({ entry, before: kind === 'changes', after: true })
    expect({ entry, after }).not.toEqual({ entry, after: before })
  }

  async #newEntries(): Promise<Entry[]> {
    const { body } = await this.#http.get('/api/v1/audit', { query: { limit: 50 } })
    const fresh = (body.items as Entry[]).filter(({ id }) => BigInt(id) > this.#seen)
    for (const { id } of fresh) if (BigInt(id) > this.#seen) this.#seen = BigInt(id)
    return fresh
  }
}
