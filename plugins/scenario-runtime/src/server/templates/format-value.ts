const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeHtml = (text: string): string => (/[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign) : text)

const isScalar = (value: unknown): boolean => value === null || value === undefined || (typeof value !== 'object' && typeof value !== 'function')

const toJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    // cycles and big integers inside: nothing a client should read
    return ''
  }
}

/** What a placeholder prints: a list of words joined by commas, other structures as JSON, nothing for what is missing; never `[object Object]`. */
export const formatValue = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value === undefined || value === null || typeof value === 'function' || typeof value === 'symbol') return ''
  if (typeof value !== 'object') return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  if (Array.isArray(value) && value.every(isScalar)) return value.map(formatValue).join(', ')
  return toJson(value)
}
