import type { Clock } from '@parley/plugin-api'
import { fnv1a } from '../hashing/index.ts'

const slots = 65_536
const beat = 2_000
/** A process that said nothing for so long is gone; until then messages for it cost a little. */
const silence = 15_000
/** Until the others have spoken, everybody may be interested in everything. */
const listening = 3_000
/** A storm of connections is announced this often. */
const announceEvery = 20

const slotOf = (text: string): number => {
  const hash = fnv1a(text)
  return (hash ^ (hash >>> 16)) & (slots - 1)
}

const setBit = (bits: Uint8Array, slot: number): boolean => {
  const before = bits[slot >> 3] as number
  bits[slot >> 3] = before | (1 << (slot & 7))
  return bits[slot >> 3] !== before
}

export interface InterestOptions {
  readonly clock: Clock
  /** Names of what this process is interested in now. */
  readonly own: () => Iterable<string>
  /** Tells the other processes; resolves when they have been told, or cannot be. */
  readonly announce: (bits: Uint8Array) => Promise<void>
}

/**
 * Which rooms have subscribers in other processes, so that a message nobody follows is not sent through Redis. Each process tells the
 * others its rooms as a bitmap of their hashes: whole each time, so that a lost announcement heals, and at worst a message too many is sent.
 */
export class Interest {
  readonly #clock: Clock
  readonly #own: () => Iterable<string>
  readonly #announce: (bits: Uint8Array) => Promise<void>
  readonly #others = new Map<string, { readonly bits: Uint8Array; readonly at: number }>()
  #bits = new Uint8Array(slots / 8)
  #everythingUntil: number
  #pending: { readonly done: Promise<void>; readonly resolve: () => void } | undefined
  #telling: Promise<void> = Promise.resolve()
  #cancel: (() => void) | undefined

  constructor({ clock, own, announce }: InterestOptions) {
    this.#clock = clock
    this.#own = own
    this.#announce = announce
    this.#everythingUntil = clock.now().getTime() + listening
  }

  start(): void {
    this.tell()
    this.#cancel = this.#clock.every(beat, () => this.tell())
  }

  stop(): void {
    this.#cancel?.()
  }

  /** After a lost connection announcements may have been missed. */
  doubt(): void {
    this.#everythingUntil = this.#clock.now().getTime() + listening
  }

  /** Adds an own interest; resolves when the others have been told. */
  add(name: string): Promise<void> {
    if (!setBit(this.#bits, slotOf(name))) return this.#pending?.done ?? this.#telling
    if (this.#pending !== undefined) return this.#pending.done
    let resolve = (): void => undefined
    const done = new Promise<void>((resolved) => (resolve = resolved))
    this.#pending = { done, resolve }
    this.#clock.after(announceEvery, () => this.tell())
    return done
  }

  heard(process: string, bits: Uint8Array): void {
    if (bits.length === slots / 8) this.#others.set(process, { bits, at: this.#clock.now().getTime() })
  }

  /** Whether another process may have a subscriber. */
  elsewhere(name: string): boolean {
    const now = this.#clock.now().getTime()
    if (now < this.#everythingUntil) return true
    if (this.#others.size === 0) return false
    const slot = slotOf(name)
    for (const [process, { bits, at }] of this.#others) {
      if (now - at > silence) this.#others.delete(process)
      else if (((bits[slot >> 3] as number) & (1 << (slot & 7))) !== 0) return true
    }
    return false
  }

  /** Also when the connection to the others is back. */
  tell(): void {
    const bits = new Uint8Array(slots / 8)
    for (const name of this.#own()) setBit(bits, slotOf(name))
    this.#bits = bits
    const told = this.#pending?.resolve
    this.#pending = undefined
    this.#telling = this.#announce(bits)
    void this.#telling.then(told)
  }
}
