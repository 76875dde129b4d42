import type { Logger } from '@parley/plugin-api'

export interface RegistryEntry {
  readonly plugin: string
  readonly point: string
  readonly key: string
  readonly available: () => boolean
  readonly create: () => unknown
}

type Made = { readonly value: unknown } | { readonly failed: true }

/** Who contributes what. Views are live: only contributions of running plugins, each created at first use. */
export class ExtensionRegistry {
  readonly #log: Logger
  readonly #entries = new Map<string, RegistryEntry[]>()
  readonly #made = new WeakMap<RegistryEntry, Made>()
  readonly #views = new Map<string, RegistryView>()
  #visible = new Map<string, ReadonlyMap<string, RegistryEntry>>()

  constructor({ log }: { log: Logger }) {
    this.#log = log
  }

  /** In graph order, which is the order in which views list. */
  add(entry: RegistryEntry): void {
    this.#entries.set(entry.point, [...(this.#entries.get(entry.point) ?? []), entry])
    this.changed()
  }

  /** A plugin's state changed: what is visible is asked anew. */
  changed(): void {
    this.#visible = new Map()
  }

  view<T>(point: string): ReadonlyMap<string, T> {
    let view = this.#views.get(point)
    if (!view)
      this.#views.set(
        point,
        (view = new RegistryView(
          () => this.#running(point),
          (entry) => this.#make(entry),
        )),
      )
    return view as ReadonlyMap<string, unknown> as ReadonlyMap<string, T>
  }

  /** The running plugin that contributes under this key. */
  contributor(point: string, key: string): string | undefined {
    return this.#running(point).get(key)?.plugin
  }

  #running(point: string): ReadonlyMap<string, RegistryEntry> {
    let visible = this.#visible.get(point)
    if (!visible) {
      visible = new Map((this.#entries.get(point) ?? []).filter((entry) => entry.available()).map((entry) => [entry.key, entry]))
      this.#visible.set(point, visible)
    }
    return visible
  }

  #make(entry: RegistryEntry): Made {
    let made = this.#made.get(entry)
    if (!made) {
      try {
        made = { value: entry.create() }
      } catch (error) {
        made = { failed: true }
        this.#log.error('A contribution could not be created and is left out', { plugin: entry.plugin, point: entry.point, key: entry.key, error })
      }
      this.#made.set(entry, made)
    }
    return made
  }
}

class RegistryView implements ReadonlyMap<string, unknown> {
  readonly #entries: () => ReadonlyMap<string, RegistryEntry>
  readonly #make: (entry: RegistryEntry) => Made

  constructor(entries: () => ReadonlyMap<string, RegistryEntry>, make: (entry: RegistryEntry) => Made) {
    this.#entries = entries
    this.#make = make
  }

  get size(): number {
    return [...this.entries()].length
  }

  get(key: string): unknown {
    const entry = this.#entries().get(key)
    const made = entry && this.#make(entry)
    return made && 'value' in made ? made.value : undefined
  }

  has(key: string): boolean {
    const entry = this.#entries().get(key)
    return entry !== undefined && 'value' in this.#make(entry)
  }

  *entries(): MapIterator<[string, unknown]> {
    for (const [key, entry] of this.#entries()) {
      const made = this.#make(entry)
      if ('value' in made) yield [key, made.value]
    }
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key
  }

  *values(): MapIterator<unknown> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries()
  }

  forEach(visit: (value: unknown, key: string, map: ReadonlyMap<string, unknown>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}
