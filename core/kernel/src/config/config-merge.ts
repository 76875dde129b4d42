export type ConfigObject = { [key: string]: unknown }

export const isObject = (value: unknown): value is ConfigObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `nested(['a', 'b'], 1)` is `{ a: { b: 1 } }`. */
export const nested = (path: readonly string[], value: unknown): ConfigObject =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as ConfigObject

/** Values of several sources, later ones over earlier ones, each remembering where it was said. */
export class ConfigMerge {
  readonly values: ConfigObject = {}
  readonly #origins = new Map<string, string>()

  add(values: ConfigObject, label: string): void {
    this.#merge(this.values, values, [], label)
  }

  /** The label of the value itself, else of the nearest thing around it. */
  origin(path: readonly PropertyKey[]): string | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const label = this.#origins.get(path.slice(0, length).join('\0'))
      if (label !== undefined) return label
    }
    return undefined
  }

  #merge(into: ConfigObject, from: ConfigObject, path: readonly string[], label: string): void {
    for (const [key, value] of Object.entries(from)) {
      const here = [...path, key]
      const present = Object.hasOwn(into, key) ? into[key] : undefined
      this.#origins.set(here.join('\0'), label)
      if (!isObject(value)) define(into, key, value)
      else {
        const inner = isObject(present) ? present : {}
        define(into, key, inner)
        this.#merge(inner, value, here, label)
      }
    }
  }
}

// A key named __proto__ must stay a key.
const define = (into: ConfigObject, key: string, value: unknown): void => {
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true })
}
