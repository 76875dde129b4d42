import type { Audit, PluginDatabase } from '@parley/plugin-api'
import { z } from 'zod'
import { fieldTypes, type ClientField, type FieldStore } from './field-store.ts'

export const fieldKey = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'Latin letters, digits and _, not beginning with a digit.')
export const fieldSchema = z.object({
  type: z.enum(fieldTypes),
  label: z.string().trim().min(1).max(128),
  options: z.record(z.string(), z.unknown()).default({}),
  position: z.number().int().min(0).max(10_000).default(0),
})

/** Definitions of extra fields; each change leaves its trace. */
export class Fields {
  readonly #db: PluginDatabase
  readonly #store: FieldStore
  readonly #audit: Audit

  constructor({ db, fieldStore, audit }: { db: PluginDatabase; fieldStore: FieldStore; audit: Audit }) {
    this.#db = db
    this.#store = fieldStore
    this.#audit = audit
  }

  async save(field: ClientField): Promise<ClientField> {
    const before = await this.#find(field.key)
    const batch = this.#db.batch()
    await this.#store.save(field, batch)
    const action = before === undefined ? 'client_field.create' : 'client_field.update'
    await this.#audit.record({ action, object: { type: 'client_field', id: field.key }, before, after: field }, { within: batch })
    await batch.commit()
    return field
  }

  /** The values that clients have stay. */
  async remove(key: string): Promise<void> {
    const before = await this.#find(key)
    const batch = this.#db.batch()
    await this.#store.remove(key, batch)
    await this.#audit.record({ action: 'client_field.delete', object: { type: 'client_field', id: key }, before }, { within: batch })
    await batch.commit()
  }

  async #find(key: string): Promise<ClientField | undefined> {
    return (await this.#store.list()).find((field) => field.key === key)
  }
}
