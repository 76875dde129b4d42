const plain = (text: string): string => text.toLocaleLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')

/** How well a text answers a query: higher is better, `undefined` is not at all. Letters in order; starts of words and runs count more. */
export function fuzzyScore(query: string, text: string): number | undefined {
  const wanted = plain(query).replace(/\s+/g, '')
  const within = plain(text)
  if (within.includes(plain(query.trim()))) return 1_000 - within.indexOf(plain(query.trim()))
  let score = 0
  let at = -1
  for (const letter of wanted) {
    const next = within.indexOf(letter, at + 1)
    if (next < 0) return undefined
    const startsWord = next === 0 || /[\s\-/]/.test(within[next - 1] ?? '')
    score += next === at + 1 ? 6 : startsWord ? 5 : 1 - Math.min(1, (next - at) / 20)
    at = next
  }
  return score
}

/** Those that fit, best first; without a query all, as they come. */
export function fuzzyFilter<T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] {
  if (!query.trim()) return [...items]
  return items
    .map((item) => ({ item, score: fuzzyScore(query, textOf(item)) }))
    .filter((entry): entry is { item: T; score: number } => entry.score !== undefined)
    .sort((one, other) => other.score - one.score)
    .map(({ item }) => item)
}
