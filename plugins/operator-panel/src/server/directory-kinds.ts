import type { Audit } from '@parley/plugin-api'
import { z } from 'zod'
import type { DirectoryStore } from './directory-store.ts'
import type { OperatorStore } from './operator-store.ts'

export interface DirectoryStores {
  readonly directoryStore: DirectoryStore
  readonly operatorStore: OperatorStore
}

const name = z.string().trim().min(1).max(128)

export const topic = z.object({
  alias: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'Latin letters, digits and _, beginning with a letter.'),
  name,
  parentId: z.uuid().optional(),
  active: z.boolean().default(true),
})
export const group = z.object({
  name,
  active: z.boolean().default(true),
  topicIds: z.array(z.uuid()).max(500).default([]),
  operatorIds: z.array(z.uuid()).max(5000).default([]),
})
export const closeStatus = z.object({
  code: z.number().int().positive().optional(),
  name,
  resolved: z.boolean().default(true),
  isDefault: z.boolean().default(false),
  active: z.boolean().default(true),
})
export const status = z.object({
  code: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
  name,
  color: z.string().max(32),
  canReceive: z.boolean(),
  countAfterClosed: z.boolean().default(false),
  offline: z.boolean().default(false),
  position: z.number().int().min(0).max(1000),
})
export const counts = (value: { readonly canReceive: boolean; readonly countAfterClosed: boolean }): boolean =>
  !(value.canReceive && value.countAfterClosed)
export const countsTwice = '"Can receive" and "Count time after all dialogs closed" cannot both be on.'

export interface DirectoryKind {
  readonly path: string
  readonly type: string
  /** For the description of the API. */
  readonly names: { readonly one: string; readonly many: string }
  readonly schema: z.ZodType
  readonly list: (stores: DirectoryStores) => Promise<readonly { id: string }[]>
  readonly save: (stores: DirectoryStores, value: never, id?: string) => Promise<string>
  readonly remove: (stores: DirectoryStores, id: string) => Promise<void>
  /** True when the change may let a waiting request find somebody. */
  readonly distributes: boolean
}

export const directoryKinds: readonly DirectoryKind[] = [
  {
    path: '/topics',
    type: 'topic',
    names: { one: 'a topic', many: 'topics' },
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
    names: { one: 'a skill group', many: 'skill groups' },
    schema: group,
    list: ({ directoryStore }) => directoryStore.skillGroups(),
    save: ({ directoryStore }, value: z.infer<typeof group>, id) => directoryStore.saveSkillGroup({ ...value, ...(id === undefined ? {} : { id }) }),
    remove: ({ directoryStore }, id) => directoryStore.removeSkillGroup(id),
    distributes: true,
  },
  {
    path: '/close-statuses',
    type: 'close_status',
    names: { one: 'a status of closing', many: 'statuses of closing' },
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
    names: { one: 'a status of operators', many: 'statuses of operators' },
    schema: status.refine(counts, countsTwice),
    list: ({ operatorStore }) => operatorStore.statuses(),
    save: ({ operatorStore }, value: z.infer<typeof status>, id) => operatorStore.saveStatus({ ...value, ...(id === undefined ? {} : { id }) }),
    remove: ({ operatorStore }, id) => operatorStore.removeStatus(id),
    distributes: true,
  },
]

interface Item {
  readonly id: string
}

export const oneItem = async (kind: DirectoryKind, stores: DirectoryStores, id: string): Promise<Item | undefined> =>
  (await kind.list(stores)).find((item) => item.id === id)

/** Creates or changes, and leaves a trace; answers the item as it is then. */
export async function saveItem(kind: DirectoryKind, stores: DirectoryStores & { readonly audit: Audit }, value: unknown, id?: string): Promise<Item> {
  const before = id === undefined ? undefined : await oneItem(kind, stores, id)
  const saved = await kind.save(stores, value as never, id)
  const after = (await oneItem(kind, stores, saved))!
  const verb = id === undefined ? 'create' : 'update'
  await stores.audit.record({ action: `${kind.type}.${verb}`, object: { type: kind.type, id: saved }, before, after })
  return after
}

export async function removeItem(kind: DirectoryKind, stores: DirectoryStores & { readonly audit: Audit }, id: string): Promise<void> {
  const before = await oneItem(kind, stores, id)
  await kind.remove(stores, id)
  await stores.audit.record({ action: `${kind.type}.delete`, object: { type: kind.type, id }, before })
}
