import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import type { Logger } from '@parley/plugin-api'
import { RemoteRunner } from './remote-runner.ts'
import type { RunnerLink } from './runner-link.ts'
import type { RunnerSource } from './runner-source.ts'

export interface RemoteRunnersOptions {
  readonly urls: readonly string[]
  readonly token: string
  readonly log: Logger
}

/** Milliseconds between looks at which addresses a name has: a scaled deployment has several behind one. */
const lookEvery = 5000

/** Runners of their own, one for each address behind each url. */
export class RemoteRunners implements RunnerSource {
  readonly #options: RemoteRunnersOptions
  readonly #runners = new Map<string, RemoteRunner>()
  readonly #unknown = new Map<string, string>()
  #looking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: RemoteRunnersOptions) {
    this.#options = options
  }

  links(): readonly RunnerLink[] {
    return [...this.#runners.values()].flatMap(({ link }) => link ?? [])
  }

  async ready(): Promise<void> {
    if (this.links().some(({ open }) => open) || this.#stopped) return
    if (this.#runners.size === 0) await this.#look()
    const attempts = [...this.#runners.values()].map(async (runner) => {
      if (!(await runner.connect())) throw new Error('not yet')
    })
    // the first that is there will do
    await Promise.any(attempts).catch(() => undefined)
  }

  problem(): string | undefined {
    if (this.links().length > 0) return undefined
    const known = [...this.#runners].map(([key, { problem }]) => `${key}: ${problem ?? 'connecting'}`)
    const unknown = [...this.#unknown].map(([url, problem]) => `${url}: ${problem}`)
    return `No runner can be reached. ${[...known, ...unknown].join('; ') || 'None was tried yet'}. Look whether processes with the role "runner" run there, and at runner.urls and runner.token.`
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#looking
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()))
  }

  #look(): Promise<void> {
    return (this.#looking ??= this.#find().finally(() => {
      this.#looking = undefined
      if (this.#stopped) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#look(), lookEvery)
      this.#timer.unref()
    }))
  }

  async #find(): Promise<void> {
    const seen = new Set<string>()
    for (const url of this.#options.urls) {
      try {
        const found = await lookup(new URL(url).hostname.replace(/^\[|\]$/g, ''), { all: true })
        this.#unknown.delete(url)
        for (const address of found) seen.add(this.#add(url, address))
      } catch (error) {
        // those that are known stay: it may be the name server that is away
        for (const key of this.#runners.keys()) if (key.startsWith(`${url} `)) seen.add(key)
        this.#unknown.set(url, (error as Error).message)
      }
    }
    for (const [key, runner] of this.#runners) {
      if (seen.has(key) || runner.link !== undefined) continue
      this.#runners.delete(key)
      await runner.stop()
    }
  }

  #add(url: string, address: LookupAddress): string {
    const key = `${url} (${address.address})`
    const { token, log } = this.#options
    if (this.#stopped || this.#runners.has(key)) return key
    const isTwin = (link: RunnerLink): boolean => this.links().some(({ state }) => state?.runner === link.state?.runner)
    this.#runners.set(key, new RemoteRunner({ url, address, token, log, isTwin }))
    return key
  }
}
