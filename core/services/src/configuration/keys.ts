/** A key that can be a file's name on any system: the letters and digits of a name, in any script. */
export const slug = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '') || 'unnamed'

/** The first of `name`, `name-2`, `name-3`, … that is free. */
export function freeKey(name: string, taken: ReadonlySet<string>): string {
  const base = slug(name)
  for (let count = 1; ; count += 1) {
    const key = count === 1 ? base : `${base}-${count}`
    if (!taken.has(key)) return key
  }
}
