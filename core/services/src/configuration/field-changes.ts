import { isRecord, sameData } from './canonical.ts'
import type { FieldChange } from './configuration-types.ts'

/** What differs between two documents, place by place. Items of a list that have an id of their own are compared wherever they stand. */
export function fieldChanges(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (sameData(before, after)) return []
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => fieldChanges(before[name], after[name], at(name)))
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [old, next] = [byIdentity(before), byIdentity(after)]
    if (old !== undefined && next !== undefined) {
      const items = [...new Set([...old.keys(), ...next.keys()])].flatMap((id) => fieldChanges(old.get(id), next.get(id), at(id)))
      // the same items in another order
      if (items.length > 0) return items
    }
  }
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}

function byIdentity(list: readonly unknown[]): Map<string, unknown> | undefined {
  const items = new Map<string, unknown>()
  for (const item of list) {
    const id = isRecord(item) ? (item['id'] ?? item['key'] ?? item['code']) : undefined
    if ((typeof id !== 'string' && typeof id !== 'number') || items.has(String(id))) return undefined
    items.set(String(id), item)
  }
  return items
}
