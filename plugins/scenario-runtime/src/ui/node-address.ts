import type { ShownNode } from './scenario-types.ts'

/** The address other systems call, for nodes whose author opened them. */
export const nodeAddress = (node: ShownNode, botNumber: number, origin: string): string | undefined => {
  const { triggers, entryTriggerType } = node.parameters ?? {}
  const open =
    node.type === 'entry-point'
      ? entryTriggerType === 'webhook'
      : node.type === 'start' &&
        Array.isArray(triggers) &&
        triggers.some((trigger: unknown) => (trigger as { type?: unknown } | null)?.type === 'webhook')
  return open ? `${origin}/kw/api/call_node/${botNumber}/${encodeURIComponent(node.id)}` : undefined
}
