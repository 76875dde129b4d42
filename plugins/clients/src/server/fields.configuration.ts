import type { Audit, ConfigurationKind, Transaction } from '@parley/plugin-api'
import type { z } from 'zod'
import { editClients } from '../api/index.ts'
import { FieldStore } from './field-store.ts'
import { fieldKey, Fields, fieldSchema } from './fields.ts'

/** Definitions of the extra fields of clients; the standard ones are the same everywhere. */
export const fieldConfiguration = ({ audit }: { audit: Audit }): ConfigurationKind<z.infer<typeof fieldSchema>> => {
  const on = (db: Transaction): Fields => new Fields({ db, fieldStore: new FieldStore({ db }), audit })
  return {
    permission: editClients,
    schema: fieldSchema,
    key: fieldKey,
    list: async (db) => (await new FieldStore({ db }).list()).map(({ key, ...document }) => ({ id: key, key, name: document.label, document })),
    async save({ key, document }, { db }) {
      await on(db).save({ key, ...document })
      return key
    },
    remove: ({ id }, { db }) => on(db).remove(id),
  }
}
