import type { Socket } from 'node:net'
import type { HttpClient } from '@parley/plugin-api'
import { createDatabase, createHttpClient } from '@parley/services'
import { silentLogger, type TestDatabase } from '@parley/test-kit'
import type pg from 'pg'

/** Dies at one of its commits: before it reached PostgreSQL, or after it did and before anybody here learned of it. */
export interface CrashPoint {
  readonly commit: number
  readonly side: 'before' | 'after'
}

const isWrite = (text: string): boolean => /\b(INSERT INTO|UPDATE|DELETE FROM)\b/.test(text)
const tablesOf = (text: string): string => {
  const found = [...text.matchAll(/\b(?:INSERT INTO|UPDATE|DELETE FROM) "?(?:plugin_)?(\w+)"?\."?(\w+)"?/g)].map(
    ([, schema, table]) => `${schema}.${table}`,
  )
  // who does what repeats is decided all the time, and is no part of the road
  return [...new Set(found)].filter((table) => table !== 'host.ticks').join(' ')
}

/**
 * Life and death of a process that runs in this one. After its death no statement and no request of it leaves, and it hears no answer: for
 * everybody else that is a process that was killed.
 */
export class Mortal {
  /** What each commit wrote to, in order. */
  readonly commits: string[] = []
  readonly death: Promise<void>
  readonly #clients = new Set<pg.PoolClient>()
  #point: CrashPoint | undefined
  #dead = false
  #die: () => void = () => undefined
  readonly #silence: Promise<never>
  #bury: (reason: Error) => void = () => undefined

  constructor() {
    this.death = new Promise((resolve) => (this.#die = resolve))
    this.#silence = new Promise((_, reject) => (this.#bury = reject))
    this.#silence.catch(() => undefined)
  }

  get dead(): boolean {
    return this.#dead
  }

  /** From now on commits count. */
  arm(point: CrashPoint | undefined): void {
    this.commits.length = 0
    this.#point = point
  }

  /** Lets go of what waits for answers, so that the host can be taken apart. */
  bury(): void {
    this.#dead = true
    this.#bury(new Error('the process was killed'))
  }

  /** Its own connections to the database of a test. */
  database(base: TestDatabase): TestDatabase {
    const database = createDatabase({ url: base.url, max: 5, log: silentLogger })
    database.pool.on('connect', (client) => this.#watch(client))
    const close = () => database.close()
    return { ...database, db: base.db, close, [Symbol.asyncDispose]: close }
  }

  http(): HttpClient & { close(): Promise<void> } {
    const client = createHttpClient({ allow: ['127.0.0.1'] })
    const call: HttpClient = (url, options) => this.#alive(() => client(url, options))
    return Object.assign(call, { close: () => client.close() })
  }

  /** The system closes the connections of a process that ended; PostgreSQL rolls back what they had open. */
  #kill(): void {
    this.#dead = true
    for (const client of this.#clients) (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
    this.#die()
  }

  #watch(client: pg.PoolClient): void {
    this.#clients.add(client)
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>
    let open = false
    let wrote = ''
    const watched = (...given: unknown[]): Promise<unknown> => {
      const [statement] = given
      const text = typeof statement === 'string' ? statement : (statement as { text: string }).text
      const run = (): Promise<unknown> => query(...given)
      if (text === 'BEGIN') [open, wrote] = [true, '']
      else if (open && isWrite(text)) wrote = `${wrote} ${tablesOf(text)}`.trim()
      const commits = text === 'COMMIT' ? wrote : !open && isWrite(text) ? tablesOf(text) : ''
      if (text === 'COMMIT' || text === 'ROLLBACK') open = false
      return commits === '' ? this.#alive(run) : this.#commit(commits, run)
    }
    client.query = watched as typeof client.query
  }

  async #commit(tables: string, run: () => Promise<unknown>): Promise<unknown> {
    const commit = this.commits.push(tables)
    const dies = (side: CrashPoint['side']): void => {
      if (this.#point?.commit !== commit || this.#point.side !== side) return
      this.#kill()
    }
    dies('before')
    return await this.#alive(async () => {
      const result = await run()
      dies('after')
      return result
    })
  }

  async #alive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#dead) return await this.#silence
    try {
      return await work()
    } finally {
      // neither an answer nor an error reaches the dead
      if (this.#dead) await this.#silence
    }
  }
}
