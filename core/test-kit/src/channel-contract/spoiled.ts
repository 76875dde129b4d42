const next = (character: string): string => {
  if (character === 'z' || character === 'Z' || character === '9') return character === '9' ? '0' : character === 'z' ? 'a' : 'A'
  return String.fromCharCode(character.charCodeAt(0) + 1)
}

/** The same headers with every letter and digit replaced by the next one: of the right form, and wrong. */
export const spoiled = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[a-zA-Z0-9]/g, next)]))
