import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * A CommonJS package that is read when something asks for it first: not every process needs every package, and reading a large one is most of what a start costs.
 *
 * @example const bull = onUse<typeof Bull>('bull'); new (bull())('jobs')
 */
export const onUse = <T>(name: string): (() => T) => {
  let loaded: { readonly module: T } | undefined
  return () => (loaded ??= { module: require(name) as T }).module
}
