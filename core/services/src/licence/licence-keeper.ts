import {
  isLater,
  LicenceSet,
  termOf,
  verifyLicences,
  type HeldLicence,
  type InstalledPlugin,
  type Kernel,
  type LicenceDocument,
  type LicenceProblem,
} from '@parley/kernel'
import type { Clock, Logger, PluginDatabase } from '@parley/plugin-api'
import { LicenceStore } from './licence-store.ts'

export interface LicenceOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly clock: Clock
  readonly log: Logger
  readonly plugins: readonly Pick<InstalledPlugin, 'id' | 'manifest'>[]
  /** Plugins that need a licence only when they ask for one themselves. */
  readonly base: readonly string[]
  readonly required: boolean
  /** Public keys of who may license everything but what a manifest reserves for its own publisher. */
  readonly keys: readonly string[]
  /** Reads the licence files; asked again and again. */
  readonly files: () => Promise<LicenceFiles>
}

export interface LicenceFiles {
  readonly found: readonly { readonly text: string; readonly origin: string }[]
  /** Files that should be there and cannot be read. */
  readonly problems: readonly LicenceProblem[]
}

/** Another process, or another machine, may have changed something: nobody tells. */
const pollEvery = 10_000
const noteEvery = 3_600_000
/** A change for the worse is believed after this time: a file that is being written looks like one that was cut short. */
const patience = 60_000
const tolerance = 86_400_000
/** Where uploads are, as people read it. */
export const uploadedOrigin = 'the database'

/** Keeps what the licences say up to date with the files, the database and the time, and tells the kernel. */
export class LicenceKeeper {
  readonly set: LicenceSet
  readonly store: LicenceStore
  readonly #options: LicenceOptions
  readonly #keys: readonly string[]
  readonly #seen = new Map<string, Date>()
  readonly #told = new Set<string>()
  #kernel: Kernel | undefined
  #worseSince: Date | undefined
  #notedAt = 0
  #checking: Promise<void> | undefined
  #cancel = (): void => undefined

  constructor(options: LicenceOptions) {
    this.#options = options
    this.#keys = [...options.keys, ...options.plugins.flatMap(({ manifest }) => manifest?.licenceKey ?? [])]
    this.store = new LicenceStore(options.database.host)
    const { base, required, keys } = options
    this.set = new LicenceSet({ base, required, keys, now: (document) => this.now(document) })
  }

  /** The time as the licence sees it: never earlier than it was issued, nor than it ever was while this licence was used. */
  now({ issued, signature }: LicenceDocument): Date {
    const times = [this.#options.clock.now(), new Date(issued), this.#seen.get(signature) ?? new Date(0)]
    return new Date(Math.max(...times.map(Number)))
  }

  /** Before plugins are chosen. A database that cannot be asked does not keep the files from counting. */
  async load(): Promise<void> {
    this.#hold(await this.#read())
    await this.#noteTime().catch((error: unknown) => this.#options.log.warn('the time could not be noted', { error }))
    this.#warn()
  }

  start(kernel: Kernel): void {
    this.#kernel = kernel
    this.#cancel = this.#options.clock.every(pollEvery, () => void (this.#checking ?? this.check()))
  }

  stop(): void {
    this.#cancel()
  }

  /** Looks now, after what is being looked at already: when a file changed and after an upload. */
  check(): Promise<void> {
    return this.#after(() => this.#check(false))
  }

  /** Somebody took a licence away: what is worse now is meant. */
  believe(): Promise<void> {
    return this.#after(() => this.#check(true))
  }

  #after(work: () => Promise<void>): Promise<void> {
    const check = (this.#checking ?? Promise.resolve()).then(work).finally(() => {
      if (this.#checking === check) this.#checking = undefined
    })
    this.#checking = check
    return check
  }

  verify(content: unknown, origin: string) {
    return verifyLicences(JSON.stringify(content), origin, this.#keys)
  }

  async #check(meant: boolean): Promise<void> {
    const { log } = this.#options
    try {
      const found = await this.#read()
      if (meant || this.#mayHold(found)) this.#hold(found)
      await this.#noteTime()
    } catch (error) {
      log.warn('licences could not be read and hold as they are', { error })
    }
    this.#kernel?.applyLicence()
    this.#warn()
  }

  async #read(): Promise<{ licences: HeldLicence[]; problems: LicenceProblem[] }> {
    const { files, log } = this.#options
    const { found, problems } = await files()
    const uploaded = await this.#uploaded().catch((error: unknown) => {
      if (this.#kernel) throw error
      log.warn('uploaded licences could not be read; those in files count', { error })
      return []
    })
    const verified = [...found, ...uploaded].map(({ text, origin }) => verifyLicences(text, origin, this.#keys))
    return { licences: verified.flatMap((one) => one.licences), problems: [...problems, ...verified.flatMap((one) => one.problems)] }
  }

  async #uploaded(): Promise<{ text: string; origin: string }[]> {
    if (!(await this.store.ready())) return []
    return (await this.store.uploaded()).map((text) => ({ text, origin: uploadedOrigin }))
  }

  #hold({ licences, problems }: { licences: readonly HeldLicence[]; problems: readonly LicenceProblem[] }): void {
    this.#worseSince = undefined
    this.set.hold(licences, problems)
  }

  #mayHold({ licences }: { licences: readonly HeldLicence[] }): boolean {
    // behind a file that is being written an older licence of the same publisher may come to light
    if (this.set.held.every((held) => licences.some((one) => one.key === held.key && isLater(one, held)))) return true
    const now = this.#options.clock.now()
    this.#worseSince ??= now
    return now.getTime() - this.#worseSince.getTime() >= patience
  }

  async #noteTime(): Promise<void> {
    const now = this.#options.clock.now()
    const unknown = this.set.held.filter(({ document }) => !this.#seen.has(document.signature))
    const all = Math.abs(now.getTime() - this.#notedAt) >= noteEvery
    if ((!all && unknown.length === 0) || !(await this.store.ready())) return
    for (const { document } of all ? this.set.held : unknown) {
      this.#seen.set(document.signature, await this.store.seen(document.signature, now))
    }
    if (all) this.#notedAt = now.getTime()
  }

  /** A sentence for each licence whose time runs ahead of this machine's clock. */
  clockProblems(): readonly LicenceProblem[] {
    const now = this.#options.clock.now()
    return this.set.held
      .filter(({ document }) => this.now(document).getTime() - now.getTime() > tolerance)
      .map(({ document }) => {
        const values = { id: document.id, today: dayOf(now), seen: dayOf(this.now(document)) }
        const text =
          `The clock of this machine shows ${values.today}, and the licence "${values.id}" was in use on ${values.seen} already. ` +
          'The later date counts. Set the clock right.'
        return { code: 'clock', text, values }
      })
  }

  /** Once for each step towards the end, in the log of each process. */
  #warn(): void {
    const tell = (what: string, message: string, data: object): void => {
      if (this.#told.has(what)) return
      this.#told.add(what)
      this.#options.log.warn(message, data)
    }
    for (const { text } of [...this.set.problems, ...this.clockProblems()]) tell(text, 'A licence has a problem', { problem: text })
    for (const { document } of this.set.held) {
      const { id, customer, expires, signature } = document
      const { state, warning, daysLeft } = termOf(document, this.now(document))
      if (state === 'valid' && warning === undefined) continue
      const message = { valid: 'A licence ends soon', grace: 'A licence expired; its grace days run', ended: 'A licence ended' }[state]
      tell(`${signature} ${state} ${warning}`, message, { licence: id, customer, expires, daysLeft })
    }
  }
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10)
