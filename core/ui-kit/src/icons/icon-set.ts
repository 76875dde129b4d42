import { shallowRef } from 'vue'
import * as first from './first-icons.ts'

export type IconShapes = readonly (readonly [string, Readonly<Record<string, string>>])[]
type IconModule = Readonly<Record<string, { readonly node: IconShapes } | undefined>>

/** Icons by their kebab-case names; rarer ones arrive a moment later, once for all. */
export interface IconSet {
  shapes(name: string): IconShapes | undefined
  /** To be called before `shapes` for a name that may be a rare one. */
  need(name: string): void
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
const kebab = (name: string): string => name.replace(/([A-Z]|(?<=[a-z])\d)/g, (part) => `-${part.toLowerCase()}`)
const fetchFurther = (): Promise<IconModule> => import('./further-icons.ts') as Promise<unknown> as Promise<IconModule>

/** @internal */
export function createIconSet(): IconSet {
  const further = shallowRef<IconModule>()
  let asked = false
  const isFirst = (name: string): boolean => camel(name) in first
  return {
    shapes: (name) =>
      ((first as unknown as IconModule)[camel(name)] ?? further.value?.[camel(name)])?.node ?? (further.value ? first.square.node : undefined),
    need(name) {
      if (asked || isFirst(name)) return
      asked = true
      fetchFurther().then(
        (icons) => (further.value = icons),
        // without a connection there are no rare icons; the next one asks again
        () => (asked = false),
      )
    },
  }
}

/** All names, for the story page. @example const names = await iconNames() */
export const iconNames = async (): Promise<string[]> => [...Object.keys(first), ...Object.keys(await fetchFurther())].map(kebab).sort()
