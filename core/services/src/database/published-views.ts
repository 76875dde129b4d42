import type { Knex } from 'knex'
import type { SchemaState, View } from './migration-plan.ts'
import { publishedViewName } from './plugin-schema.ts'

/** So many definitions are remembered: processes of older releases see that the view has gone on without them. */
const remembered = 8

const qualified = (schema: string, view: string): string => `"${schema}"."${publishedViewName(view)}"`

const columnsChanged = (error: unknown): boolean => (error as { code?: string }).code === '42P16'

/** Creates a view or changes it in place, so that others may go on reading it; one whose columns changed is made anew. */
const publishView = async (transaction: Knex.Transaction, schema: string, view: View, before: readonly string[]): Promise<void> => {
  const name = qualified(schema, view.name)
  // `?` in a definition is an operator of jsonb, not a binding.
  const definition = view.definition.replaceAll('?', String.raw`\?`)
  try {
    await transaction.transaction((savepoint) => savepoint.raw(`CREATE OR REPLACE VIEW ${name} AS ${definition}`))
  } catch (error) {
    if (!columnsChanged(error)) throw error
    await transaction.raw(`DROP VIEW ${name}`)
    await transaction.raw(`CREATE VIEW ${name} AS ${definition}`)
  }
  const history = [view.fingerprint, ...before.filter((one) => one !== view.fingerprint)].slice(0, remembered)
  await transaction.raw(`COMMENT ON VIEW ${name} IS '${history.join(' ')}'`)
}

export const publishViews = async (
  transaction: Knex.Transaction,
  schema: string,
  views: readonly View[],
  before: SchemaState['views'],
): Promise<void> => {
  for (const view of views) await publishView(transaction, schema, view, before.get(view.name) ?? [])
}

export const dropViews = async (transaction: Knex.Transaction, schema: string, views: Iterable<string>): Promise<void> => {
  for (const view of views) await transaction.raw(`DROP VIEW IF EXISTS ${qualified(schema, view)}`)
}
