import { secretMask } from '@parley/plugin-api'

const secretName = /(^|_|-)(pass(word|phrase)?|secret|token|credentials?|authorization|(api|private|secret|access)[_-]?key)$/i
const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')

/**
 * A safety net under the callers' own masking: texts under names such as `password` or `apiKey`, at any depth, become the mask.
 * Empty ones stay, so that a reader sees that there was none.
 */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets)
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' && inner !== '' && secretName.test(words(name)) ? secretMask : maskSecrets(inner),
    ]),
  )
}
