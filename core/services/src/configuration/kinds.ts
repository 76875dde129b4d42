import type { Kernel } from '@parley/kernel'
import {
  configuration,
  type ConfigurationContext,
  type ConfigurationKind,
  type ConfigurationThing,
  type ConfigurationWish,
  type Logger,
  type Permission,
  type Schema,
  type Transaction,
} from '@parley/plugin-api'
import type { Settings } from '../settings/index.ts'
import { settingsKind } from './settings-kind.ts'

/** Keys and ids of things, both ways. */
export interface Names {
  keyOf(kind: string, id: string): string | undefined
  idOf(kind: string, key: string): string | undefined
}

/** A kind as the host works with it: the settings of each plugin are kinds as well. */
export interface Kind {
  /** `plugin/kind` */
  readonly id: string
  readonly plugin: string
  readonly keysOf?: string | undefined
  readonly settingsOf?: 'bot' | 'account' | undefined
  readonly key?: Schema<string> | undefined
  permission(key: string): Permission | undefined
  schema(key: string, document: Readonly<Record<string, unknown>>): Schema<any> | undefined
  list(db: Transaction, names: Names): Promise<readonly ConfigurationThing[]>
  /** Of a thing that does not exist yet and is known by what it belongs to. */
  newId?(key: string, names: Names): string | undefined
  save(wish: ConfigurationWish, context: ConfigurationContext): Promise<string>
  remove(thing: ConfigurationThing, context: ConfigurationContext): Promise<void>
}

/** Providers before their consumers, settings last: the order in which things can be made. */
export function kindsOf({ kernel, settings, log }: { kernel: Kernel; settings: Settings; log: Logger }): Kind[] {
  let contributed: Kind[] = []
  for (const [id, kind] of kernel.point(configuration)) {
    const plugin = kernel.contributor(configuration, id)
    const [folder, name = '', ...rest] = id.split('/')
    if (plugin !== undefined && plugin === folder && /^[\w-]+$/.test(name) && name !== 'settings' && rest.length === 0) {
      contributed.push(contributedKind(id, plugin, kind))
    } else {
      log.error('A kind of configuration is left out: its key has to be "<plugin>/<kind>", with the plugin that contributes it', { plugin, key: id })
    }
  }
  for (const [id, { before = [] }] of kernel.point(configuration)) contributed = placedBefore(contributed, id, before)
  const scopes = new Map(contributed.flatMap(({ id, settingsOf }) => (settingsOf === undefined ? [] : [[settingsOf, id] as const])))
  const owners = new Set(settings.pages().map(({ plugin }) => plugin))
  return [...contributed, ...[...owners].map((plugin) => settingsKind({ plugin, settings, scopes }))]
}

const placedBefore = (kinds: readonly Kind[], id: string, others: readonly string[]): Kind[] => {
  const kind = kinds.find((one) => one.id === id)
  const rest = kinds.filter((one) => one !== kind)
  const place = rest.findIndex((one) => others.includes(one.id))
  return kind === undefined || place === -1 || place >= kinds.indexOf(kind) ? [...kinds] : rest.toSpliced(place, 0, kind)
}

const contributedKind = (id: string, plugin: string, kind: ConfigurationKind): Kind => {
  const { schema, keysOf } = kind
  return {
    id,
    plugin,
    keysOf,
    settingsOf: kind.settingsOf,
    key: kind.key,
    permission: () => kind.permission,
    schema: (key, document) => (typeof schema === 'function' ? schema({ key, document }) : schema),
    list: (db) => kind.list(db),
    ...(keysOf === undefined ? {} : { newId: (key: string, names: Names) => names.idOf(keysOf, key) }),
    save: (wish, context) => kind.save(wish, context),
    remove: (thing, context) => kind.remove(thing, context),
  }
}
