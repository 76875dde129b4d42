import type { SchemaState } from './migration-plan.ts'
import { publishedViewName } from './plugin-schema.ts'

type Run = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>

const prefix = publishedViewName('')

/** Reads what has been applied in a schema; nothing in one that does not exist yet. */
export const readSchemaState = async (run: Run, schema: string): Promise<SchemaState> => {
  const [ledger] = await run<{ ledger: string | null }>('SELECT to_regclass($1) AS ledger', [`"${schema}".migrations`])
  if (ledger?.ledger == null) return { applied: [], views: new Map() }
  const applied = await run<{ name: string }>(`SELECT name FROM "${schema}".migrations ORDER BY name COLLATE "C"`)
  const views = await run<{ name: string; fingerprint: string | null }>(
    `SELECT relname AS name, obj_description(oid, 'pg_class') AS fingerprint FROM pg_class
     WHERE relnamespace = $1::regnamespace AND relkind = 'v' AND starts_with(relname, $2)`,
    [`"${schema}"`, prefix],
  )
  return {
    applied: applied.map((row) => row.name),
    views: new Map(views.map((view) => [view.name.slice(prefix.length), (view.fingerprint ?? '').split(' ')])),
  }
}
