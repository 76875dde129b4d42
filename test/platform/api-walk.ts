import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import type { TestClient, TestHost, TestResponse } from '@parley/test-kit'

export interface Operation {
  /** `PUT /api/v1/clients/fields/{key}` */
  readonly label: string
  readonly method: string
  readonly path: string
  readonly open: boolean
  readonly permission: string | undefined
  readonly unaudited: string | undefined
}

export const operationsOf = (document: { readonly paths: Readonly<Record<string, object>> }): Operation[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries<Record<string, any>>(item as Record<string, any>).map(([verb, operation]) => ({
      label: `${verb.toUpperCase()} ${path}`,
      method: verb.toUpperCase(),
      path,
      open: operation['security'].length === 0,
      permission: operation['x-permission'],
      unaudited: operation['x-unaudited'],
    })),
  )

export const fill = (path: string, values: Readonly<Record<string, string>> = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '00000000-0000-4000-8000-000000000000')

interface Entry {
  readonly id: string
  readonly action: string
  readonly actor: { readonly id: string }
  readonly object: { readonly type: string; readonly id: string }
  readonly before?: unknown
  readonly after?: unknown
}

/** Calls the writes of the API one after another, as somebody signed in, and holds each to its audit entry. */
export class Walk {
  readonly done = new Set<string>()
  /** Entries that say neither what was nor what is. */
  readonly silent: string[] = []
  readonly #operations: ReadonlyMap<string, Operation>
  readonly #http: TestClient
  readonly #me: string
  #seen = 0n

  constructor({ operations, http, me }: { operations: readonly Operation[]; http: TestClient; me: string }) {
    this.#operations = new Map(operations.map((operation) => [operation.label, operation]))
    this.#http = http
    this.#me = me
  }

  async write(label: string, values?: Readonly<Record<string, string>>, body?: unknown): Promise<any> {
    const operation = this.#operations.get(label)
    if (operation === undefined) throw new Error(`The API has no ${label}.`)
    await this.#newEntries()
    const answer = await this.#http.request(operation.method as 'POST', fill(operation.path, values), body as object)
    if (answer.status >= 300) throw new Error(`${label} answered ${answer.status}: ${answer.text}`)
    const entries = await this.#newEntries()
    this.done.add(label)
    if (operation.unaudited !== undefined) return answer.body
    expect({ label, entries: entries.length }).not.toMatchObject({ entries: 0 })
    for (const { actor, action, object, before, after } of entries) {
      expect({ label, actor: actor.id }).toEqual({ label, actor: this.#me })
      if (before === undefined && after === undefined) this.silent.push(`${label}: ${action} of ${object.type}`)
    }
    return answer.body
  }

  async get(path: string): Promise<TestResponse['body']> {
    const { status, body } = await this.#http.get(path)
    expect({ path, status }).toEqual({ path, status: 200 })
    return body
  }

  async #newEntries(): Promise<Entry[]> {
    const { body } = await this.#http.get('/api/v1/audit', { query: { limit: 50 } })
    const fresh = (body.items as Entry[]).filter(({ id }) => BigInt(id) > this.#seen)
    for (const { id } of fresh) if (BigInt(id) > this.#seen) this.#seen = BigInt(id)
    return fresh
  }
}

/** Every plugin of the repository: a new one is walked without being named here. */
export const builtIn = readdirSync(new URL('../../plugins', import.meta.url))
export type WalkHost = TestHost<any>
