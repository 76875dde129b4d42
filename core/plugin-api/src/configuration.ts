import type { Actor, Permission } from './actor.ts'
import type { Transaction } from './database.ts'
import { extensionPoint } from './references.ts'
import type { Schema } from './schema.ts'

/** One thing that an administrator set up: a bot, a topic, a role. */
export interface ConfigurationThing<D extends object = any> {
  /** What it is known by in this installation. */
  readonly id: string
  /** Its natural key, where it has one that never changes: an alias, a code. Without it the host makes one of `name` and remembers it. */
  readonly key?: string
  readonly name: string
  /** As `schema` describes it: secrets open, other things by their ids. Nothing of this leaves the process before secrets and ids are replaced. */
  readonly document: D
}

/** One thing as it shall be. */
export interface ConfigurationWish<D extends object = any> {
  /** `undefined`: it does not exist here yet. */
  readonly id: string | undefined
  readonly key: string
  readonly document: D
  /** As it is now; `undefined` when it does not exist yet. */
  readonly before: D | undefined
  /**
   * Where its secrets are as they were because nobody gave them, such as `config.token`. A kind that does not keep them throws an error that names them,
   * `details: { secrets: keptSecrets }`; whoever imports is then asked for them.
   */
  readonly keptSecrets: readonly string[]
}

/** What a kind gets while an import writes. */
export interface ConfigurationContext {
  /**
   * The plugin's own tables in the one transaction of the whole import. Its `transaction()` takes part in that one, so a service that is made anew
   * with this `db` and stores on it writes as it always does.
   */
  readonly db: Transaction
  /** Who imports. Only `system` may do what no person may. */
  readonly actor: Actor
  /** Where the caller reaches this installation; `undefined` on the command line. */
  readonly origin: string | undefined
  /** For the world outside, such as a provider's webhook: run after the commit, never on a dry run; a failure is reported as a warning. */
  afterCommit(work: (signal: AbortSignal) => Promise<void>): void
}

/**
 * One kind of things that an administrator or integrator sets up. It can then be exported as files, compared and imported with everything else.
 *
 * In the schema `.meta({ reference: 'plugin/kind' })` marks a text that is the id of another thing, and `.meta({ format: 'password' })` a secret: in the
 * files stand its key and `$secret: <name>`. Write through the plugin's own services, so that a change is checked, audited and announced as on the screens.
 */
export interface ConfigurationKind<D extends object = any> {
  /** Asked of the person who imports, for every change of this kind. */
  readonly permission: Permission
  /** Of files, so references are any text. A function where it depends on the thing; `undefined` when what it belongs to is not here: it is kept. */
  readonly schema: Schema<D> | ((thing: { readonly key: string; readonly document: Readonly<Record<string, unknown>> }) => Schema<D> | undefined)
  /** What a natural key has to be. */
  readonly key?: Schema<string>
  /** Its things have the ids of that kind's things, and so their keys: the scenario of a bot. */
  readonly keysOf?: string
  /** Kinds whose things use these in ways that no schema can mark, such as by name in a program: they are saved after these, and removed before. */
  readonly before?: readonly string[]
  /** Settings pages of this scope belong to its things. */
  readonly settingsOf?: 'bot' | 'account'
  list(db: Transaction): Promise<readonly ConfigurationThing<D>[]>
  /** Creates or changes; answers the id. */
  save(wish: ConfigurationWish<D>, context: ConfigurationContext): Promise<string>
  remove(thing: ConfigurationThing<D>, context: ConfigurationContext): Promise<void>
}

/**
 * Contributed under `<plugin>/<kind>`, which is also the folder of its files.
 *
 * @example contributes: (add) => [add(configuration, 'shop/shelves', ({ shelves }) => shelves.configuration)]
 */
export const configuration = extensionPoint<ConfigurationKind>('host.configuration@1')
