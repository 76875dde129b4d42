import { ParleyError } from '@parley/plugin-api'

interface Entry<T> {
  readonly value: T
  readonly names: readonly string[]
}

interface Node<T> {
  readonly children: Map<string, Node<T>>
  parameter: Node<T> | undefined
  readonly entries: Map<string, Entry<T>>
}

export interface Found<T> {
  readonly value: T
  readonly params: Readonly<Record<string, string>>
}

/** The path is known, the method is not. */
export interface WrongMethod {
  readonly allowed: readonly string[]
}

const emptyNode = <T>(): Node<T> => ({ children: new Map(), parameter: undefined, entries: new Map() })
const noParams: Readonly<Record<string, string>> = Object.freeze({})
const withoutLastSlash = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)

const decode = (segment: string): string => {
  if (!segment.includes('%')) return segment
  try {
    const text = decodeURIComponent(segment)
    if (!text.includes('\0')) return text
  } catch {
    // not UTF-8: told below
  }
  throw new ParleyError('invalid_input', 'The path holds a broken percent-encoded character. Encode it as UTF-8.')
}

/**
 * Paths of fixed segments and `:parameters`. A fixed segment wins over a parameter. Written here because trying the expression of each route in
 * turn, as routers of middleware do, costs more than the rest of a small request.
 */
export class RouteTree<T> {
  readonly #root = emptyNode<T>()
  readonly #fixed = new Map<string, Node<T>>()

  /** Answers the value that has this method and shape already, if there is one; then nothing is added. */
  add(method: string, path: string, value: T): T | undefined {
    const names: string[] = []
    let node = this.#root
    for (const segment of withoutLastSlash(path).split('/')) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1))
        node = node.parameter ??= emptyNode()
      } else {
        let child = node.children.get(segment)
        if (child === undefined) node.children.set(segment, (child = emptyNode()))
        node = child
      }
    }
    const taken = node.entries.get(method)
    if (taken !== undefined) return taken.value
    node.entries.set(method, { value, names })
    if (names.length === 0) this.#fixed.set(withoutLastSlash(path), node)
    return undefined
  }

  find(method: string, path: string): Found<T> | WrongMethod | undefined {
    const plain = withoutLastSlash(path)
    const fixed = this.#fixed.get(plain)
    const direct = fixed?.entries.get(method)
    if (direct !== undefined) return { value: direct.value, params: noParams }

    const values: string[] = []
    const allowed = new Set(fixed?.entries.keys())
    const entry = this.#walk(this.#root, plain.split('/'), 0, method, values, allowed)
    if (entry !== undefined) {
      const params: Record<string, string> = {}
      for (const [index, name] of entry.names.entries()) params[name] = decode(values[index]!)
      return { value: entry.value, params }
    }
    return allowed.size > 0 ? { allowed: [...allowed] } : undefined
  }

  #walk(node: Node<T>, segments: readonly string[], index: number, method: string, values: string[], allowed: Set<string>): Entry<T> | undefined {
    if (index === segments.length) {
      const entry = node.entries.get(method)
      if (entry === undefined) for (const other of node.entries.keys()) allowed.add(other)
      return entry
    }
    const segment = segments[index]!
    const child = node.children.get(segment)
    const found = child && this.#walk(child, segments, index + 1, method, values, allowed)
    if (found !== undefined || node.parameter === undefined || segment === '') return found
    values.push(segment)
    const matched = this.#walk(node.parameter, segments, index + 1, method, values, allowed)
    if (matched === undefined) values.pop()
    return matched
  }
}
