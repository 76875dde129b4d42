import { permission, type Route } from '@parley/plugin-api'
import { z } from 'zod'
import { hostRoute } from '../settings/host-route.ts'
import type { AuditService } from './audit.ts'

export const viewAudit = permission('audit', 'view', 'See who changed what')

const object = z.object({ type: z.string(), id: z.string(), title: z.string().optional() })
const query = z.object({
  /** `type` or `type:id`. */
  object: z.string().max(512).optional(),
  actor: z.string().max(128).optional(),
  action: z.string().max(128).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const auditPage = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      plugin: z.string(),
      action: z.string(),
      object,
      actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
      address: z.string().optional(),
      requestId: z.string().optional(),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    }),
  ),
  nextCursor: z.string().optional(),
})

/** Paths are relative to `/api/v1`; the host mounts them. */
export const auditRoutes = ({ store }: AuditService): readonly Route[] => [
  hostRoute(
    'GET',
    '/audit',
    { permission: viewAudit, query, response: auditPage, summary: 'Who changed what, newest first; `object` is a type or `type:id`' },
    async (call) => {
      const { object: wanted, limit } = call.query
      const colon = wanted?.indexOf(':') ?? -1
      const items = await store.list({
        objectType: colon < 0 ? wanted : wanted?.slice(0, colon),
        objectId: colon < 0 ? undefined : wanted?.slice(colon + 1),
        actorId: call.query.actor,
        action: call.query.action,
        from: call.query.from === undefined ? undefined : new Date(call.query.from),
        until: call.query.until === undefined ? undefined : new Date(call.query.until),
        before: call.query.cursor,
        limit: limit + 1,
      })
      const more = items.length > limit
      return { items: items.slice(0, limit), ...(more ? { nextCursor: items[limit - 1]!.id } : {}) }
    },
  ),
]
