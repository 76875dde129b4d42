import { ParleyError, type Core, type PluginSpec } from '@parley/plugin-api'
import { asFunction, asValue, createContainer, type AwilixContainer, type Resolver } from 'awilix'
import type { WorkContext } from './plugin-handle.ts'

const scopeNames = ['actor', 'requestId', 'address'] as const

/** One strict root container per plugin: child scopes of a common root would share singletons and mix names (architecture 2.4). */
export class PluginContainer {
  readonly #root: AwilixContainer<Record<string, unknown>>
  readonly #services: readonly string[]
  readonly #scoped: boolean

  constructor({
    spec,
    core,
    consumed,
  }: {
    spec: PluginSpec<any, any, any, any>
    core: Core
    /** Local name -> the guarded service, asked at first use. */
    consumed: Readonly<Record<string, () => unknown>>
  }) {
    const services = (spec.services ?? {}) as Record<string, Resolver<unknown>>
    this.#services = Object.keys(services)
    this.#scoped = Object.values(services).some((resolver) => lifetime(resolver) === 'SCOPED')
    this.#refuseClashes([...Object.keys(core), ...scopeNames], Object.keys(consumed))
    this.#refuseShortLived(spec, services)
    this.#root = createContainer({ strict: true })
    for (const [name, value] of Object.entries(core)) this.#root.register(name, asValue(value as unknown))
    for (const [name, make] of Object.entries(consumed)) this.#root.register(name, asFunction(make).singleton())
    this.#root.register(services)
  }

  get cradle(): Record<string, unknown> {
    return this.#root.cradle
  }

  service(name: string): unknown {
    return this.#root.resolve(name)
  }

  /** Builds every declared service once, so that a misspelt constructor parameter is a boot error and not a request's. */
  verify(): void {
    const scope = this.#scoped ? this.#scope({ requestId: 'boot' }) : this.#root
    for (const name of this.#services) {
      let service: unknown
      try {
        service = scope.resolve(name)
      } catch (error) {
        throw translate(name, error)
      }
      if (typeof (service as PromiseLike<unknown> | undefined)?.then === 'function') {
        throw problem(`The service "${name}" is made by an async factory. Make it synchronous and do the waiting in init.`)
      }
    }
  }

  /** The cradle for one piece of work. A scope is made only where a service lives as long as a scope. */
  run<T>(context: Omit<WorkContext, 'plugin'>, work: (cradle: Record<string, unknown>) => Promise<T>): Promise<T> {
    return this.#scoped ? this.#runScoped(context, work) : work(this.#root.cradle)
  }

  async #runScoped<T>(context: Omit<WorkContext, 'plugin'>, work: (cradle: Record<string, unknown>) => Promise<T>): Promise<T> {
    const scope = this.#scope(context)
    try {
      return await work(scope.cradle)
    } finally {
      await scope.dispose()
    }
  }

  dispose(): Promise<void> {
    return this.#root.dispose()
  }

  #scope(context: Omit<WorkContext, 'plugin'>): AwilixContainer<Record<string, unknown>> {
    const scope = this.#root.createScope<Record<string, unknown>>()
    for (const name of scopeNames) scope.register(name, asValue<unknown>(context[name]))
    return scope
  }

  #refuseClashes(reserved: readonly string[], consumed: readonly string[]): void {
    const owner = new Map<string, string>(reserved.map((name) => [name, 'the host']))
    for (const [kind, names] of [
      ['consumes', consumed],
      ['services', this.#services],
    ] as const) {
      for (const name of names) {
        const taken = owner.get(name)
        if (taken !== undefined) throw problem(`The name "${name}" in "${kind}" is already used by ${taken}. Choose another name.`)
        owner.set(name, `"${kind}"`)
      }
    }
  }

  #refuseShortLived(spec: PluginSpec<any, any, any, any>, services: Record<string, Resolver<unknown>>): void {
    for (const name of Object.keys(spec.provides ?? {})) {
      const resolver = services[name]
      if (!resolver) throw problem(`"${name}" is provided and not in "services". Declare it there.`)
      const life = lifetime(resolver)
      if (life !== undefined && life !== 'SINGLETON')
        throw problem(`The service "${name}" is provided and made anew at each use. Add .singleton() to it.`)
    }
  }
}

const lifetime = (resolver: Resolver<unknown>): string | undefined => (resolver as { lifetime?: string }).lifetime

/** awilix names the path; the deployer wants to know what to change. */
function translate(service: string, error: unknown): ParleyError {
  const message = error instanceof Error ? error.message : String(error)
  const path = /Resolution path: (.+)/.exec(message)?.[1]
  if (path === undefined) return problem(`The service "${service}" cannot be made: ${message}`, error)
  if (message.includes('Cyclic')) return problem(`Services need one another: ${path}. Break the circle.`, error)
  if (message.includes('shorter lifetime')) {
    const leaking = path.split(' -> ')
    return problem(
      `The service "${service}" keeps "${leaking.at(-1)}", which lives shorter (${path}). Add .singleton() to "${leaking.at(-1)}".`,
      error,
    )
  }
  const missing = path.split(' -> ').at(-1)
  const fix = 'Declare it in "services" or "consumes", or correct the name.'
  return problem(`The service "${service}" asks for "${missing}", which is not in the cradle (${path}). ${fix}`, error)
}

const problem = (sentence: string, cause?: unknown): ParleyError => new ParleyError('plugin_graph', sentence, { cause })
