import type { Locales } from '@parley/ui-sdk/host'

/** The shell's own words, by language. */
export const shellWords = { en: () => import('./en.json'), uk: () => import('./uk.json') } satisfies Locales
