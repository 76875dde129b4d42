import type { Audit, ConfigurationKind, ConfigurationThing } from '@parley/plugin-api'
import { z } from 'zod'
import { configurePanel } from '../api/index.ts'
import {
  closeStatus,
  counts,
  countsTwice,
  directoryKinds,
  group,
  removeItem,
  saveItem,
  status,
  topic,
  type DirectoryStores,
} from './directory-kinds.ts'
import { DirectoryStore, type SkillGroup } from './directory-store.ts'
import type { Distributor } from './distributor.ts'
import { OperatorStore } from './operator-store.ts'

interface Parts {
  readonly audit: Audit
  readonly distributor: Distributor
}

interface Shape {
  readonly schema: z.ZodType<object>
  /** The property that is the thing's key, and so not in its file; what it has to be; how it is read. */
  readonly key?: readonly ['alias' | 'code', z.ZodType<string>, (text: string) => unknown]
  readonly toFile: (item: never) => object
  readonly fromFile?: (document: never, stores: DirectoryStores, id: string | undefined) => Promise<object>
}

const asText = (text: string): string => text
const topicReference = z.string().meta({ reference: 'operator-panel/topics' })

/** How each kind of the directory lies in files. Operators of a group are people, so they are not configuration: a group keeps those it has. */
const shapes: Readonly<Record<string, Shape>> = {
  topics: {
    schema: topic.omit({ alias: true, parentId: true }).extend({ parent: topicReference.optional() }),
    key: ['alias', topic.shape.alias, asText],
    toFile: ({ name, parentId, active }: { name: string; parentId?: string; active: boolean }) => ({ name, active, parent: parentId }),
    fromFile: async ({ parent, ...rest }: { parent?: string }) => ({ ...rest, parentId: parent }),
  },
  'skill-groups': {
    schema: group.omit({ topicIds: true, operatorIds: true }).extend({
      // the database knows no order of them, and every installation would have its own
      topics: z
        .array(topicReference)
        .max(500)
        .overwrite((topics) => topics.toSorted())
        .default([]),
    }),
    toFile: ({ name, active, topicIds }: SkillGroup) => ({ name, active, topics: topicIds }),
    fromFile: async ({ topics, ...rest }: { topics: readonly string[] }, { directoryStore }, id) => {
      const now = (await directoryStore.skillGroups()).find((one) => one.id === id)
      return { ...rest, topicIds: topics, operatorIds: now?.operatorIds ?? [] }
    },
  },
  'close-statuses': {
    schema: closeStatus.omit({ code: true }),
    key: ['code', z.string().regex(/^[1-9]\d{0,8}$/, 'A whole number from 1.'), Number],
    toFile: ({ id: _id, code: _code, ...rest }: { id: string; code: number }) => rest,
  },
  'operator-statuses': {
    schema: status.omit({ code: true }).refine(counts, countsTwice),
    key: ['code', status.shape.code, asText],
    toFile: ({ id: _id, code: _code, ...rest }: { id: string; code: string }) => rest,
  },
}

/** Kind -> what it contributes to the configuration as code. */
export const directoryConfiguration = Object.entries(shapes).map(
  ([name, shape]) => [`operator-panel/${name}`, ({ audit, distributor }: Parts) => configurationOf(name, shape, { audit, distributor })] as const,
)

function configurationOf(name: string, { schema, key, toFile, fromFile }: Shape, { audit, distributor }: Parts): ConfigurationKind {
  const kind = directoryKinds.find(({ path }) => path === `/${name}`)!
  const wake = async (): Promise<void> => {
    if (kind.distributes) await distributor.wake()
  }
  return {
    permission: configurePanel,
    schema,
    ...(key === undefined ? {} : { key: key[1] }),
    async list(db) {
      const items = (await kind.list({ directoryStore: new DirectoryStore({ db }), operatorStore: new OperatorStore({ db }) })) as Item[]
      return items.map((item): ConfigurationThing => ({
        id: item.id,
        name: item.name,
        document: toFile(item as never),
        ...(key === undefined ? {} : { key: String(item[key[0]]) }),
      }))
    },
    async save({ id, key: filed, document }, { db, afterCommit }) {
      const stores = { directoryStore: new DirectoryStore({ db }), operatorStore: new OperatorStore({ db }) }
      const value = { ...(await (fromFile?.(document as never, stores, id) ?? document)), ...(key === undefined ? {} : { [key[0]]: key[2](filed) }) }
      const saved = await saveItem(
        kind,
        { ...stores, audit: { record: (entry) => audit.record(entry, { within: db }) } },
        kind.schema.parse(value),
        id,
      )
      afterCommit(wake)
      return saved.id
    },
    async remove({ id }, { db, afterCommit }) {
      const stores = { directoryStore: new DirectoryStore({ db }), operatorStore: new OperatorStore({ db }) }
      await removeItem(kind, { ...stores, audit: { record: (entry) => audit.record(entry, { within: db }) } }, id)
      afterCommit(wake)
    },
  }
}

type Item = { readonly id: string; readonly name: string } & Readonly<Record<string, unknown>>
