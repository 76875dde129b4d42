import { createHash } from 'node:crypto'
import { ParleyError, type Migrations, type PublishedViews } from '@parley/plugin-api'
import { expandPlaceholders, schemaNameOf } from './plugin-schema.ts'

/** What a plugin declares about its schema. */
export interface PluginMigrations {
  readonly id: string
  readonly migrations: Migrations
  readonly publishes?: PublishedViews | undefined
}

/** What a plugin's schema says about itself. */
export interface SchemaState {
  /** Names of applied migrations, in order. */
  readonly applied: readonly string[]
  /** Published view -> fingerprints of its definitions, the one that holds first. */
  readonly views: ReadonlyMap<string, readonly string[]>
}

export interface View {
  readonly name: string
  readonly definition: string
  readonly fingerprint: string
}

/** What is left to do for one plugin. */
export interface MigrationPlan {
  readonly migrations: readonly string[]
  readonly views: readonly View[]
  readonly dropped: readonly string[]
}

const namePattern = /^\d{8}T\d{4}_[a-z0-9_]+$/

const viewsOf = ({ id, publishes = {} }: PluginMigrations): View[] =>
  Object.entries(publishes).map(([name, text]) => {
    const definition = expandPlaceholders(text, schemaNameOf(id))
    return { name, definition, fingerprint: createHash('sha256').update(definition).digest('hex') }
  })

/** Compares what is declared with what is applied. Does not judge; `checkOrder` does. */
export const planMigrations = (plugin: PluginMigrations, state: SchemaState): MigrationPlan => {
  const applied = new Set(state.applied)
  const views = viewsOf(plugin)
  const declared = new Set(views.map((view) => view.name))
  return {
    migrations: Object.keys(plugin.migrations)
      .sort()
      .filter((name) => !applied.has(name)),
    views: views.filter((view) => state.views.get(view.name)?.[0] !== view.fingerprint),
    dropped: [...state.views.keys()].filter((name) => !declared.has(name)),
  }
}

const refuse = (id: string, message: string): never => {
  throw new ParleyError('invalid_config', `"${id}" ${message}`, { details: { plugin: id } })
}

/** Applied migrations must be the first of the declared ones; anything else means that two histories have been mixed. */
export const checkOrder = ({ id, migrations }: PluginMigrations, applied: readonly string[]): void => {
  const declared = Object.keys(migrations).sort()
  for (const name of declared) {
    if (!namePattern.test(name)) refuse(id, `has a migration named "${name}". Name it like 20261120T0900_accounts.`)
  }
  for (const [index, name] of applied.entries()) {
    if (!Object.hasOwn(migrations, name)) {
      refuse(
        id,
        `has the migration "${name}" applied, and this release does not contain it. Start the release that wrote this database, or restore a backup.`,
      )
    }
    const expected = declared[index]
    if (expected !== name) {
      refuse(
        id,
        `expected the migration "${expected}" at place ${index + 1} and found "${name}" applied there. ` +
          `Give "${expected}" a name that sorts after "${applied.at(-1)}".`,
      )
    }
  }
}
