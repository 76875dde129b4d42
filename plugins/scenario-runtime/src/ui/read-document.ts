/** What was pasted, as an object; or why it is none. */
export const readDocument = (text: string): { document?: Readonly<Record<string, unknown>>; reason?: string } => {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { document: value as Record<string, unknown> }
      : { reason: '{ … }?' }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}
