import * as curated from './curated-icons.ts'

export interface IconShape {
  readonly node: readonly (readonly [string, Readonly<Record<string, string>>])[]
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** @internal The shapes of a Lucide icon, or `undefined` for a name outside the curated set. */
export const iconNode = (name: string): IconShape['node'] | undefined =>
  (curated as unknown as Record<string, IconShape | undefined>)[camel(name)]?.node

/** @internal Names as plugins write them, for the story page. */
export const iconNames = (): string[] => Object.keys(curated).map((name) => name.replace(/([A-Z]|(?<=[a-z])\d)/g, (part) => `-${part.toLowerCase()}`))
