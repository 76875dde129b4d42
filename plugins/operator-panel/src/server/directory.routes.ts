import { reply, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { configurePanel, viewRequests } from '../api/index.ts'
import type { PanelCradle } from './cradle.ts'
import { directoryKinds, removeItem, saveItem, type DirectoryKind } from './directory-kinds.ts'

const id = z.object({ id: z.uuid() })

/** Topics, skill groups and both kinds of status: the same five routes each. */
export const directoryRoutes = (http: RouteBuilder<PanelCradle>) => directoryKinds.flatMap((kind) => routesOf(http, kind))

const routesOf = (http: RouteBuilder<PanelCradle>, kind: DirectoryKind) => {
  const distribute = async ({ distributor }: PanelCradle): Promise<void> => {
    if (kind.distributes) await distributor.wake()
  }
  return [
    http.get(kind.path, { permission: viewRequests, summary: `All ${kind.names.many}` }, async (_call, cradle) => ({
      items: await kind.list(cradle),
    })),
    http.post(kind.path, { permission: configurePanel, body: kind.schema, summary: `Create ${kind.names.one}` }, async ({ body }, cradle) => {
      const item = await saveItem(kind, cradle, body)
      await distribute(cradle)
      return reply({ status: 201, body: item })
    }),
    http.put(
      `${kind.path}/:id`,
      { permission: configurePanel, params: id, body: kind.schema, summary: `Change ${kind.names.one}` },
      async ({ params, body }, cradle) => {
        const item = await saveItem(kind, cradle, body, params.id)
        await distribute(cradle)
        return item
      },
    ),
    http.delete(`${kind.path}/:id`, { permission: configurePanel, params: id, summary: `Delete ${kind.names.one}` }, async ({ params }, cradle) => {
      await removeItem(kind, cradle, params.id)
      await distribute(cradle)
      return reply({ status: 204 })
    }),
  ]
}
