import { reply, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { configurePanel, viewRequests } from '../api/index.ts'
import type { PanelCradle } from './cradle.ts'

const id = z.object({ id: z.uuid() })
const name = z.string().trim().min(1).max(128)

const topic = z.object({
  alias: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'Latin letters, digits and _, beginning with a letter.'),
  name,
  parentId: z.uuid().optional(),
  active: z.boolean().default(true),
})
const group = z.object({
  name,
  active: z.boolean().default(true),
  topicIds: z.array(z.uuid()).max(500).default([]),
  operatorIds: z.array(z.uuid()).max(5000).default([]),
})
const closeStatus = z.object({
  code: z.number().int().positive().optional(),
  name,
  resolved: z.boolean().default(true),
  isDefault: z.boolean().default(false),
  active: z.boolean().default(true),
})
const status = z
  .object({
    code: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
    name,
    color: z.string().max(32),
    canReceive: z.boolean(),
    countAfterClosed: z.boolean().default(false),
    offline: z.boolean().default(false),
    position: z.number().int().min(0).max(1000),
  })
  .refine((value) => !(value.canReceive && value.countAfterClosed), '"Can receive" and "Count time after all dialogs closed" cannot both be on.')

interface Kind {
  readonly path: string
  readonly type: string
  readonly schema: z.ZodType
  readonly list: (cradle: PanelCradle) => Promise<readonly { id: string }[]>
  readonly save: (cradle: PanelCradle, value: never, id?: string) => Promise<string>
  readonly remove: (cradle: PanelCradle, id: string) => Promise<void>
  /** True when the change may let a waiting request find somebody. */
  readonly distributes: boolean
}

const kinds: readonly Kind[] = [
  {
    path: '/topics',
    type: 'topic',
    schema: topic,
    list: ({ directoryStore }) => directoryStore.topics(),
    save: ({ directoryStore }, value: z.infer<typeof topic>, id) =>
      directoryStore.saveTopic({ ...value, parentId: value.parentId, ...(id === undefined ? {} : { id }) }),
    remove: ({ directoryStore }, id) => directoryStore.removeTopic(id),
    distributes: false,
  },
  {
    path: '/skill-groups',
    type: 'skill_group',
    schema: group,
    list: ({ directoryStore }) => directoryStore.skillGroups(),
    save: ({ directoryStore }, value: z.infer<typeof group>, id) => directoryStore.saveSkillGroup({ ...value, ...(id === undefined ? {} : { id }) }),
    remove: ({ directoryStore }, id) => directoryStore.removeSkillGroup(id),
    distributes: true,
  },
  {
    path: '/close-statuses',
    type: 'close_status',
    schema: closeStatus,
    list: ({ directoryStore }) => directoryStore.closeStatuses(),
    save: ({ directoryStore }, { code, ...value }: z.infer<typeof closeStatus>, id) =>
      directoryStore.saveCloseStatus({ ...value, ...(code === undefined ? {} : { code }), ...(id === undefined ? {} : { id }) }),
    remove: ({ directoryStore }, id) => directoryStore.removeCloseStatus(id),
    distributes: false,
  },
  {
    path: '/operator-statuses',
    type: 'operator_status',
    schema: status,
    list: ({ operatorStore }) => operatorStore.statuses(),
    save: ({ operatorStore }, value: z.infer<typeof status>, id) => operatorStore.saveStatus({ ...value, ...(id === undefined ? {} : { id }) }),
    remove: ({ operatorStore }, id) => operatorStore.removeStatus(id),
    distributes: true,
  },
]

/** Topics, skill groups and both kinds of status: the same five routes each. */
export const directoryRoutes = (http: RouteBuilder<PanelCradle>) => kinds.flatMap((kind) => routesOf(http, kind))

const routesOf = (http: RouteBuilder<PanelCradle>, kind: Kind) => {
  const one = async (cradle: PanelCradle, wanted: string) => (await kind.list(cradle)).find((item) => item.id === wanted)
  const written = async (cradle: PanelCradle, verb: string, wanted: string, before: unknown, after: unknown): Promise<void> => {
    await cradle.audit.record({ action: `${kind.type}.${verb}`, object: { type: kind.type, id: wanted }, before, after })
    if (kind.distributes) await cradle.distributor.wake()
  }
  return [
    http.get(kind.path, { permission: viewRequests, summary: `All of kind ${kind.type}` }, async (_call, cradle) => ({
      items: await kind.list(cradle),
    })),
    http.post(kind.path, { permission: configurePanel, body: kind.schema, summary: `Create a ${kind.type}` }, async ({ body }, cradle) => {
      const created = await kind.save(cradle, body as never)
      const item = await one(cradle, created)
      await written(cradle, 'create', created, undefined, item)
      return reply({ status: 201, body: item })
    }),
    http.put(
      `${kind.path}/:id`,
      { permission: configurePanel, params: id, body: kind.schema, summary: `Change a ${kind.type}` },
      async ({ params, body }, cradle) => {
        const before = await one(cradle, params.id)
        await kind.save(cradle, body as never, params.id)
        const item = await one(cradle, params.id)
        await written(cradle, 'update', params.id, before, item)
        return item
      },
    ),
    http.delete(`${kind.path}/:id`, { permission: configurePanel, params: id, summary: `Delete a ${kind.type}` }, async ({ params }, cradle) => {
      const before = await one(cradle, params.id)
      await kind.remove(cradle, params.id)
      await written(cradle, 'delete', params.id, before, undefined)
      return reply({ status: 204 })
    }),
  ]
}
