import { hash, verify } from '@node-rs/argon2'
import type { SettingsStore } from '@parley/plugin-api'
import { passwordTooEasy, passwordTooShort } from '../refusals.ts'
import { securityPage } from '../security.settings.ts'

/** OWASP's first recommendation for argon2id, which is the library's default kind. About 100 ms. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashing runs on the four threads that also serve files and DNS: some of them must stay free. */
const atOnce = 2

export class Passwords {
  readonly #settings: SettingsStore
  readonly #waiting: (() => void)[] = []
  #running = 0
  #decoy: Promise<string> | undefined

  constructor({ settings }: { settings: SettingsStore }) {
    this.#settings = settings
  }

  hash(password: string): Promise<string> {
    return this.#gate(() => hash(password.normalize('NFKC'), cost))
  }

  /** Takes the same time when there is no such person, so that the time does not tell who has an account. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const against = passwordHash ?? (await (this.#decoy ??= this.hash('no such person')))
    const right = await this.#gate(() => verify(against, password.normalize('NFKC')))
    return right && passwordHash !== undefined
  }

  /** Refuses a new password that is too weak. */
  async check(password: string, email: string): Promise<void> {
    const { passwordMinLength } = await this.#settings.get(securityPage)
    if ([...password].length < passwordMinLength) {
      throw passwordTooShort(passwordMinLength)
    }
    if (password.toLowerCase() === email || new Set(password).size < 4) {
      throw passwordTooEasy()
    }
  }

  async #gate<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) await new Promise<void>((resume) => this.#waiting.push(resume))
    else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}
