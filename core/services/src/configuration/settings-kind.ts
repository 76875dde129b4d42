import { ParleyError } from '@parley/plugin-api'
import type { Settings } from '../settings/index.ts'
import { sameData } from './canonical.ts'
import type { Kind, Names } from './kinds.ts'

interface Address {
  readonly page: string
  readonly scopeId: string | undefined
}

const idOf = ({ page, scopeId }: Address): string => (scopeId === undefined ? page : `${page}/${scopeId}`)
const addressOf = (id: string): Address => {
  const [page, scopeId] = id.split('/')
  return { page: page!, scopeId }
}
const split = (key: string): { page: string; scopeKey: string | undefined } => {
  const at = key.indexOf('@')
  return at < 0 ? { page: key, scopeKey: undefined } : { page: key.slice(0, at), scopeKey: key.slice(at + 1) }
}

/** The settings pages of one plugin: `<page>`, or `<page>@<key>` of one bot or account. A page that is as its schema's defaults has no file. */
export function settingsKind({
  plugin,
  settings,
  scopes,
}: {
  readonly plugin: string
  readonly settings: Settings
  /** Scope -> kind whose things it means. */
  readonly scopes: ReadonlyMap<string, string>
}): Kind {
  const pageOf = (id: string) => settings.pages().find((one) => one.plugin === plugin && one.page.id === id)
  const scopeKind = (page: string): string | undefined => scopes.get(pageOf(page)?.page.scope ?? '')
  const known = (page: string) => {
    const found = pageOf(page)
    if (found !== undefined) return found
    throw new ParleyError('not_found', `"${plugin}" has no settings page "${page}".`)
  }
  const keyOf = ({ page, scopeId }: Address, names: Names): string | undefined => {
    if (scopeId === undefined) return page
    const key = names.keyOf(scopeKind(page) ?? '', scopeId)
    return key === undefined ? undefined : `${page}@${key}`
  }
  return {
    id: `${plugin}/settings`,
    plugin,
    permission: (key) => pageOf(split(key).page)?.page.permission,
    schema: (key) => {
      const { page, scopeKey } = split(key)
      const found = pageOf(page)?.page
      return found !== undefined && (found.scope === 'instance') === (scopeKey === undefined) ? found.schema : undefined
    },
    async list(db, names) {
      const things = []
      for (const saved of await settings.saved(plugin, db)) {
        const key = keyOf(saved, names)
        if (key === undefined || sameData(saved.value, saved.defaults)) continue
        things.push({ id: idOf(saved), key, name: known(saved.page).page.title, document: saved.value as object })
      }
      return things
    },
    newId: (key, names) => {
      const { page, scopeKey } = split(key)
      const scopeId = scopeKey === undefined ? undefined : names.idOf(scopeKind(page) ?? '', scopeKey)
      return scopeKey !== undefined && scopeId === undefined ? undefined : idOf({ page, scopeId })
    },
    async save({ id, document }, { db }) {
      const { page, scopeId } = addressOf(id!)
      await settings.replace(known(page), document, scopeId, db)
      return id!
    },
    async remove({ id }, { db }) {
      const { page, scopeId } = addressOf(id)
      await settings.replace(known(page), {}, scopeId, db)
    },
  }
}
