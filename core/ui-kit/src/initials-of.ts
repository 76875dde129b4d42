/** One or two letters of a name; a phone number or an empty name has none. @example initialsOf('Ada Byron') // AB */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word))
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.match(/\p{L}/u)?.[0] ?? '')
  return letters.join('').toLocaleUpperCase()
}
