/** Something that has to come after what it refers to. */
export interface Referring {
  /** `plugin/kind/key` */
  readonly name: string
  readonly kind: string
  readonly references: readonly string[]
}

/** Each after what it refers to; otherwise in the order of kinds. `circle` hears of references that lead back. */
export function inReferenceOrder<T extends Referring>(
  things: readonly T[],
  kinds: readonly { readonly id: string }[],
  circle: (from: T, to: string) => void = () => undefined,
): T[] {
  const rank = new Map(kinds.map(({ id }, index) => [id, index]))
  const byName = new Map(things.map((thing) => [thing.name, thing]))
  const order: T[] = []
  const visited = new Map<T, 'open' | 'done'>()
  const visit = (thing: T): void => {
    if (visited.has(thing)) return
    visited.set(thing, 'open')
    for (const name of thing.references) {
      const other = byName.get(name)
      if (other === undefined) continue
      if (visited.get(other) === 'open') circle(thing, name)
      visit(other)
    }
    visited.set(thing, 'done')
    order.push(thing)
  }
  for (const thing of things.toSorted((a, b) => (rank.get(a.kind) ?? 0) - (rank.get(b.kind) ?? 0))) visit(thing)
  return order
}
