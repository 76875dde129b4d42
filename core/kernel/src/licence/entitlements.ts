import type { Entitlements } from '@parley/plugin-api'

/** Until licence files are read, everything is allowed and nothing is limited. */
export const unlimited: Entitlements = { has: () => true, limit: () => Infinity }
