import { ParleyError, reply, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { editApiKeys, viewApiKeys } from '../../api/index.ts'
import type { IdentityCradle } from '../cradle.ts'
import { pageOf, pageQuery, readCursor, timeAndId } from '../page-cursor.ts'
import { pageSchema } from '../users/user-schemas.ts'

const apiKey = z.object({
  id: z.string(),
  userId: z.string(),
  name: z.string(),
  prefix: z.string(),
  permissions: z.array(z.string()),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  lastUsedAt: z.string().optional(),
  owner: z.object({ name: z.string(), active: z.boolean() }),
})

export const apiKeysRoutes = (http: RouteBuilder<IdentityCradle>): readonly Route[] => [
  http.get(
    '/api-keys',
    {
      permission: editApiKeys,
      query: pageQuery.extend({ all: z.enum(['true', 'false']).default('false') }),
      response: pageSchema(apiKey),
      summary: 'The own keys; with `all=true` and the permission to see them, everybody’s',
    },
    async ({ query: { cursor, limit, all }, actor }, { apiKeys }) => {
      if (all === 'true' && !actor.can(viewApiKeys)) throw new ParleyError('forbidden', 'You may see only your own keys.')
      const at = readCursor(cursor, timeAndId)
      const before = at && { createdAt: new Date(at[0]), id: at[1] }
      const rows = await apiKeys.list(actor, { all: all === 'true', before, limit: limit + 1 })
      return pageOf(rows, limit, (row) => [row.createdAt, row.id])
    },
  ),
  http.post(
    '/api-keys',
    {
      permission: editApiKeys,
      body: z.object({
        name: z.string().trim().min(1).max(100),
        permissions: z.array(z.string().max(128)).min(1).max(1_000),
        expiresAt: z.iso.datetime({ offset: true }).optional(),
      }),
      response: z.object({ id: z.string(), token: z.string(), prefix: z.string() }),
      summary: 'Makes a key; the token is shown only in this answer',
    },
    async ({ body, actor }, { apiKeys }) => {
      const expiresAt = body.expiresAt === undefined ? undefined : new Date(body.expiresAt)
      return reply({ headers: { 'cache-control': 'no-store' }, body: await apiKeys.create(actor, { ...body, expiresAt }) })
    },
  ),
  http.delete(
    '/api-keys/:id',
    { permission: editApiKeys, params: z.object({ id: z.uuid() }), summary: 'Revokes a key' },
    async ({ params, actor }, { apiKeys, directory }) => {
      const key = await apiKeys.find(params.id)
      if (key === undefined || (key.userId !== actor.id && !actor.can(viewApiKeys))) {
        throw new ParleyError('not_found', 'This key does not exist or was revoked already. Reload the list.')
      }
      if (key.userId !== actor.id) await directory.assertMayManage(actor, key.userId)
      await apiKeys.revoke(key)
      return {}
    },
  ),
]
