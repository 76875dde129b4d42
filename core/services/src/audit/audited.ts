import { currentContext, type WorkContext } from '@parley/kernel'

const mark = Symbol('audited')

interface Tracked {
  readonly [mark]?: { audited: boolean }
}

/**
 * A context that remembers whether something done in it was audited. The memory is an object that copies of the context share, because a call
 * of another plugin's service runs in a copy that names that plugin.
 */
export const trackAudit = (context: WorkContext): WorkContext & Tracked => ({ ...context, [mark]: { audited: false } })

export function markAudited(): void {
  const tracked = (currentContext() as Tracked | undefined)?.[mark]
  if (tracked !== undefined) tracked.audited = true
}

/** False too for a context that was never tracked. */
export const wasAudited = (context: WorkContext | undefined = currentContext()): boolean => (context as Tracked | undefined)?.[mark]?.audited ?? false
