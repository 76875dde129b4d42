import type { Audit, AuditEntry, Clock, PluginDatabase } from '@parley/plugin-api'
import { currentContext } from '@parley/kernel'
import { AuditStore } from './audit-store.ts'
import { markAudited } from './audited.ts'
import { maskSecrets } from './mask-secrets.ts'

export interface AuditService {
  forPlugin(plugin: string): Audit
  readonly store: AuditStore
}

/** More than this of one object says nothing to a reader and would make the log the largest table. */
const maxJson = 64 * 1024

export function createAudit({ database, clock }: { database: { readonly host: PluginDatabase }; clock: Clock }): AuditService {
  const store = new AuditStore(database.host)
  return {
    store,
    forPlugin: (plugin) => ({
      async record(entry, options) {
        const context = currentContext()
        const actor = context?.actor ?? { kind: 'system', id: 'system', name: 'Parley' }
        await store.insert(
          {
            at: clock.now(),
            plugin,
            action: entry.action,
            object: entry.object,
            actor: { kind: actor.kind, id: actor.id, name: actor.name },
            address: context?.address,
            requestId: context?.requestId,
            ...shown(entry),
          },
          options?.within,
        )
        markAudited()
      },
    }),
  }
}

function shown({ before, after }: AuditEntry): { before: string | undefined; after: string | undefined } {
  const text = (value: unknown): string | undefined => {
    const json = JSON.stringify(maskSecrets(plain(value)))
    return json !== undefined && json.length > maxJson ? JSON.stringify({ omitted: 'too large', characters: json.length }) : json
  }
  return { before: text(before), after: text(after) }
}

// what JSON would store: dates as texts, objects with toJSON as they say
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null'))
