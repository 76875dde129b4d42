const hidden = '[redacted]'
const secretName = /(?:password|passwd|passphrase|secret|token|apikey|authorization|cookie|privatekey|signature|credentials?)$/

const isSecretName = (name: string): boolean => secretName.test(name.toLowerCase().replaceAll(/[-_.]/g, ''))

// one cheap test keeps the replacements away from ordinary text
const mayHoldSecret = /:\/\/|\/bot|[?&][^=&\s]+=|\d:[\w-]{30}|bearer |api-key |basic |eyJ/i

const replacements: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^/?#\s@]+@/g, `$1${hidden}@`],
  // Telegram puts the bot's token into the path, and a bare token is as good as a password
  [/(\/(?:file\/)?bot)\d+(?::|%3A)[\w-]+/gi, `$1${hidden}`],
  [/\b\d{6,12}:[\w-]{30,}/g, hidden],
  [/([?&][\w.-]*(?:token|secret|password|passwd|key|signature|sig|code|auth|pwd)=)[^&#\s"']+/gi, `$1${hidden}`],
  [/\b(bearer|api-key|basic) +[\w.~+/=-]{6,}/gi, `$1 ${hidden}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, hidden],
]

/** Hides passwords, tokens and keys that a text carries, most often a URL in an error message. */
export const redactText = (text: string): string => {
  if (!mayHoldSecret.test(text)) return text
  return replacements.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
}

const mostDepth = 6
const mostItems = 50

const describeError = (error: Error, depth: number): object => {
  const { code, details, cause } = error as Error & { code?: unknown; details?: unknown }
  return {
    name: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details: redactValue(details, depth + 1) }),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(cause === undefined ? {} : { cause: redactValue(cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: redactValue(error.errors, depth + 1) } : {}),
  }
}

const redactValue = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  if (value instanceof URL) return redactText(value.href)
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (depth >= mostDepth) return '[too deep]'
  if (value instanceof Error) return describeError(value, depth)
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item) => redactValue(item, depth + 1))
  if (value instanceof Map || value instanceof Set) return redactValue([...value], depth)
  return redactFields(value, depth)
}

const redactFields = (data: object, depth: number): Record<string, unknown> => {
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(data)) {
    const keep = typeof value === 'number' || typeof value === 'boolean' || value === undefined || !isSecretName(name)
    result[name] = keep ? redactValue(value, depth + 1) : hidden
  }
  return result
}

/** A copy of a log entry's fields that is safe to write: secrets hidden, errors described, depth and length limited. */
export const redact = (data: object): Record<string, unknown> => (data instanceof Error ? { error: describeError(data, 0) } : redactFields(data, 0))
