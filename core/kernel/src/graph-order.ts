/** Plugin -> the plugins it needs. */
export type Edges = Map<string, Set<string>>

/** By depth: first those that need nobody, then those that need only them, and so on. The order of the input decides between equals. */
export function topologicalOrder(edges: Edges): string[] {
  const depths = new Map<string, number>()
  const open = new Set<string>()
  const depthOf = (id: string): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    // A cycle is told elsewhere; here it only must end.
    if (open.has(id)) return 0
    open.add(id)
    const depth = Math.max(0, ...[...(edges.get(id) ?? [])].map((target) => depthOf(target) + 1))
    open.delete(id)
    depths.set(id, depth)
    return depth
  }
  return [...edges.keys()].sort((a, b) => depthOf(a) - depthOf(b))
}

export function reaches(edges: Edges, from: string, to: string): boolean {
  return pathBetween(edges, from, to) !== undefined
}

/** One shortest cycle for each group of plugins that need one another. */
export function findCycles(edges: Edges): string[][] {
  const cycles: string[][] = []
  const told = new Set<string>()
  for (const id of edges.keys()) {
    if (told.has(id)) continue
    const back = [...(edges.get(id) ?? [])].sort().flatMap((target) => pathBetween(edges, target, id) ?? [])
    if (back.length === 0) continue
    const cycle = [id, ...shortestReturn(edges, id)]
    for (const other of edges.keys()) if (reaches(edges, id, other) && reaches(edges, other, id)) told.add(other)
    cycles.push(cycle)
  }
  return cycles
}

const shortestReturn = (edges: Edges, id: string): string[] =>
  [...(edges.get(id) ?? [])]
    .sort()
    .flatMap((target) => [pathBetween(edges, target, id) ?? []])
    .filter((path) => path.length > 0)
    .sort((a, b) => a.length - b.length)[0]!

/** Breadth first; both ends included. */
function pathBetween(edges: Edges, from: string, to: string): string[] | undefined {
  const queue = [[from]]
  const seen = new Set([from])
  for (const path of queue) {
    const last = path.at(-1)!
    if (last === to) return path
    for (const next of [...(edges.get(last) ?? [])].sort()) {
      if (!seen.has(next)) {
        seen.add(next)
        queue.push([...path, next])
      }
    }
  }
  return undefined
}
