import type { ParleyError } from '@parley/plugin-api'
import { currentContext, runInContext } from './work-context.ts'

export interface GuardOptions<T> {
  /** The plugin that the object belongs to. */
  readonly plugin: string
  /** Why it cannot be called now; asked at every call, so that consumers need no restart. */
  readonly unavailable: () => ParleyError | undefined
  readonly target: () => T
}

const noContext = { requestId: 'none' }

/**
 * The boundary between plugins. Methods are bound to the real object (so `#private` works), checked for the provider's state and run in
 * the provider's async context, which is how logs and uncaught errors find the plugin at fault.
 */
export function guard<T extends object>({ plugin, unavailable, target }: GuardOptions<T>, shape: 'object' | 'function' = 'object'): T {
  const wrapped = new WeakMap<object, unknown>()

  const call = (method: (...values: unknown[]) => unknown, self: unknown, values: unknown[]): unknown => {
    const problem = unavailable()
    if (problem) throw problem
    const context = currentContext()
    if (context?.plugin === plugin) return Reflect.apply(method, self, values)
    return runInContext({ ...(context ?? noContext), plugin }, () => Reflect.apply(method, self, values))
  }

  const boundary = (method: (...values: unknown[]) => unknown): unknown => {
    const known = wrapped.get(method)
    if (known) return known
    const wrapper = (...values: unknown[]): unknown => call(method, target(), values)
    wrapped.set(method, wrapper)
    return wrapper
  }

  // An empty stand-in: the invariants of Proxy would forbid wrapping the methods of a frozen object.
  const standIn = shape === 'function' ? () => undefined : {}
  return new Proxy(standIn, {
    get(_, name) {
      const object = target()
      const value: unknown = Reflect.get(object, name, object)
      return typeof value === 'function' && name !== 'constructor' ? boundary(value as never) : value
    },
    set: (_, name, value) => Reflect.set(target(), name, value),
    has: (_, name) => Reflect.has(target(), name),
    getPrototypeOf: () => Reflect.getPrototypeOf(target()),
    ownKeys: () => Reflect.ownKeys(target()),
    getOwnPropertyDescriptor(_, name) {
      const descriptor = Reflect.getOwnPropertyDescriptor(target(), name)
      return descriptor && { ...descriptor, configurable: true }
    },
    apply: (_, self, values) => call(target() as never, self, values),
  }) as T
}

/** Guards objects and functions; anything else (a number, a text, a list) is handed over as it is. */
export function guardValue(options: GuardOptions<unknown>): unknown {
  const value = options.target()
  if (typeof value === 'function') return guard(options as GuardOptions<object>, 'function')
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? guard(options as GuardOptions<object>) : value
}
