import { ParleyError, reply, type Core, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { client, clientChanged, editClients, viewClients } from '../api/index.ts'
import type { ClientStore } from './client-store.ts'
import { sortFields } from './field-changes.ts'
import type { FieldStore } from './field-store.ts'
import { fieldKey, fieldSchema, type Fields } from './fields.ts'

interface ClientsCradle extends Core {
  readonly clientStore: ClientStore
  readonly fieldStore: FieldStore
  readonly fields: Fields
}

const id = z.object({ id: z.uuid() })
const patch = z.object({
  /** The version the person looked at. */
  version: z.number().int(),
  fields: z.record(z.string().min(1).max(64), z.unknown()).default({}),
  tags: z.array(z.string().trim().min(1).max(64)).max(100).optional(),
})
const fieldParams = z.object({ key: fieldKey })

export const clientRoutes = (http: RouteBuilder<ClientsCradle>) => [
  http.get(
    '/clients',
    {
      permission: viewClients,
      query: z.object({
        search: z.string().max(200).optional(),
        cursor: z.string().max(500).optional(),
        limit: z.coerce.number().int().min(1).max(100).default(50),
      }),
      response: z.object({ clients: z.array(client), cursor: z.string().optional() }),
      summary: 'Clients, newest first',
    },
    async ({ query }, { clientStore }) =>
      clientStore.page({
        limit: query.limit,
        ...(query.search === undefined ? {} : { search: query.search }),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      }),
  ),
  http.get('/clients/:id', { permission: viewClients, params: id, summary: 'The card of a client' }, async ({ params }, { clientStore }) => ({
    client: await one(clientStore, params.id),
    identities: await clientStore.identities(params.id),
  })),
  http.get('/clients/:id/history', { permission: viewClients, params: id, summary: 'Who changed what' }, async ({ params }, { clientStore }) => ({
    history: await clientStore.history(params.id),
  })),
  http.patch(
    '/clients/:id',
    { permission: editClients, params: id, body: patch, response: client, summary: 'Change fields and tags' },
    async ({ params, body, actor }, { clientStore, db, events, audit }) => {
      const before = await one(clientStore, params.id)
      if (before.version !== body.version) {
        throw new ParleyError(
          'stale_write',
          'Somebody changed this client meanwhile. Your changes were not saved; load the card again and repeat them.',
        )
      }
      await db.transaction(async (tx) => {
        await clientStore.change(params.id, sortFields(body.fields), {
          within: tx,
          version: body.version,
          actor: actor.name,
          ...(body.tags === undefined ? {} : { tags: body.tags }),
        })
        await events.publish(clientChanged, { clientId: params.id }, { within: tx })
        await audit.record(
          { action: 'client.update', object: { type: 'client', id: params.id }, before, after: await clientStore.get(params.id, db.within(tx)) },
          { within: tx },
        )
      })
      return one(clientStore, params.id)
    },
  ),
  http.get('/fields', { permission: viewClients, summary: 'Definitions of extra fields' }, async (_call, { fieldStore }) => ({
    fields: await fieldStore.list(),
  })),
  http.put(
    '/fields/:key',
    { permission: editClients, params: fieldParams, body: fieldSchema, summary: 'Define an extra field' },
    async ({ params, body }, { fields }) => fields.save({ key: params.key, ...body }),
  ),
  http.delete(
    '/fields/:key',
    { permission: editClients, params: fieldParams, summary: 'Remove a definition; values stay' },
    async ({ params }, { fields }) => {
      await fields.remove(params.key)
      return reply({ status: 204 })
    },
  ),
]

const one = async (store: ClientStore, clientId: string) => {
  const found = await store.get(clientId)
  if (found === undefined) throw new ParleyError('not_found', 'This client does not exist. It may have been removed.')
  return found
}
