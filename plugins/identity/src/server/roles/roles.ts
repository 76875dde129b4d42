import { randomUUID } from 'node:crypto'
import { declaredPermissions, ParleyError, permissionId } from '@parley/plugin-api'
import type { Actor, Audit, Clock, Permission, PluginDatabase, Points } from '@parley/plugin-api'
import type { LimitedActor } from '../sign-in/access-states.ts'
import { beyondOwnRights, limitedToBots, onlyRoot, roleInUse } from '../refusals.ts'
import { ShortCache } from '../short-cache.ts'
import { builtIn, builtInRole, ruleAllows } from './built-in-roles.ts'
import { RoleGrants, rootRole, type Holder } from './role-grants.ts'
import type { RoleStore, StoredRole } from './role-store.ts'

/** A role as screens show it: its permissions are those declared now. */
export interface Role {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly builtIn: boolean
  /** Root and administrator cannot be changed. */
  readonly fixed: boolean
  readonly permissions: readonly string[]
  readonly users: number
}

export interface RoleChange {
  readonly title: string
  readonly description: string
  readonly permissions: readonly string[]
}

/** Other processes may act on roles this old. */
const cacheFor = 3_000

export class Roles {
  readonly #db: PluginDatabase
  readonly #store: RoleStore
  readonly #points: Points
  readonly #audit: Audit
  readonly #grants: ShortCache<RoleGrants>
  #changed: () => void = () => undefined

  constructor({ db, roleStore, points, audit, clock }: { db: PluginDatabase; roleStore: RoleStore; points: Points; audit: Audit; clock: Clock }) {
    this.#db = db
    this.#store = roleStore
    this.#points = points
    this.#audit = audit
    this.#grants = new ShortCache({ clock, keepFor: cacheFor, maxSize: 1 })
  }

  /** What is made of the grants has to be made anew; there is one who listens. */
  onChange(changed: () => void): void {
    this.#changed = changed
  }

  grants(): Promise<RoleGrants> {
    return this.#grants.get('all', async () => new RoleGrants(await this.#store.all()))
  }

  /** What all running plugins declare, by plugin. */
  declared(): { plugin: string; permissions: readonly Permission[] }[] {
    return [...this.#points.get(declaredPermissions)].map(([plugin, permissions]) => ({ plugin, permissions }))
  }

  declaredPermissions(): Permission[] {
    return [
      ...new Map(this.declared().flatMap(({ permissions }) => permissions.map((permission) => [permissionId(permission), permission]))).values(),
    ]
  }

  async list(): Promise<Role[]> {
    const [stored, holders] = await Promise.all([this.#store.all(), this.#store.holders()])
    const counts = new Map(holders.map(({ key, count }) => [key, count]))
    const grants = new RoleGrants(stored)
    const custom = stored.filter(({ key }) => builtInRole(key) === undefined)
    const all = [...Object.entries(builtIn).map(([key, role]) => ({ key, ...role })), ...custom]
    return all.map((role) => this.#shown(role, grants, counts.get(role.key) ?? 0))
  }

  async exists(keys: readonly string[]): Promise<void> {
    const stored = new Set((await this.#store.all()).map(({ key }) => key))
    const unknown = keys.filter((key) => builtInRole(key) === undefined && !stored.has(key))
    if (unknown.length > 0)
      throw new ParleyError('invalid_input', `There is no role "${unknown.join('", "')}". GET /api/v1/identity/roles lists those there are.`)
  }

  /** Nobody may hand out what they do not hold themselves; only root makes root. */
  async assertMayGrant(actor: Actor, { roles, botIds }: Holder): Promise<void> {
    if (actor.kind === 'system') return
    assertWithinBots(actor, botIds)
    if (roles.includes(rootRole) && actor.roles?.includes(rootRole) !== true) {
      throw onlyRoot()
    }
    const grants = await this.grants()
    const beyond = this.declaredPermissions().filter((permission) => grants.allows({ roles }, permission) && !actor.can(permission))
    this.#refuse(beyond)
  }

  async create(actor: Actor, change: RoleChange & { readonly key?: string | undefined }): Promise<Role> {
    const key = change.key ?? `role_${randomUUID().slice(0, 8)}`
    assertWithinBots(actor, undefined)
    const granted = this.#known(actor, change.permissions, [])
    const role: StoredRole = { key, title: change.title, description: change.description, granted, revoked: [] }
    await this.#db.transaction(async (tx) => {
      if (builtInRole(key) !== undefined || !(await this.#store.insert(tx, role))) {
        throw new ParleyError('conflict', `A role with the key "${key}" exists already. Choose another key.`)
      }
      await this.#audit.record({ action: 'role.create', object: { type: 'role', id: key, title: role.title }, after: role }, { within: tx })
    })
    this.forget()
    return this.#shown(role, new RoleGrants([role]), 0)
  }

  async update(actor: Actor, key: string, change: RoleChange): Promise<Role> {
    assertWithinBots(actor, undefined)
    const rule = builtInRole(key)
    if (rule?.fixed === true) throw new ParleyError('forbidden', `The role "${rule.title}" cannot be changed. Make a role of your own instead.`)
    const role = await this.#db.transaction(async (tx) => {
      const before = await this.#store.lock(tx, key)
      if (before === undefined && rule === undefined) throw unknownRole(key)
      const current = new RoleGrants(before === undefined ? [] : [before])
      const held = this.declaredPermissions()
        .map(permissionId)
        .filter((id) => current.roleAllows(key, id))
      const wanted = this.#known(actor, change.permissions, held)
      const after: StoredRole = rule === undefined ? this.#custom(key, change, wanted, before!) : this.#adjusted(key, rule, wanted, before)
      await this.#store.save(tx, after)
      await this.#audit.record({ action: 'role.update', object: { type: 'role', id: key, title: after.title }, before, after }, { within: tx })
      return after
    })
    this.forget()
    return this.#shown(role, new RoleGrants([role]), (await this.#store.holders()).find((holder) => holder.key === key)?.count ?? 0)
  }

  /** A role as another installation has it: what a plugin that does not run here declared stays in it. */
  async restore(actor: Actor, wanted: StoredRole): Promise<void> {
    assertWithinBots(actor, undefined)
    const rule = builtInRole(wanted.key)
    if (rule?.fixed === true) throw new ParleyError('forbidden', `The role "${rule.title}" cannot be changed. Make a role of your own instead.`)
    const role = rule === undefined ? wanted : { ...wanted, title: rule.title, description: rule.description }
    await this.#db.transaction(async (tx) => {
      const before = await this.#store.lock(tx, role.key)
      const [was, is] = [new RoleGrants(before === undefined ? [] : [before]), new RoleGrants([role])]
      const changed = this.declaredPermissions().filter((permission) => {
        const id = permissionId(permission)
        return was.roleAllows(role.key, id) !== is.roleAllows(role.key, id)
      })
      this.#refuse(changed.filter((permission) => !actor.can(permission)))
      // what nobody declares yet would be a right when its plugin comes
      const added = this.#undeclared(role.granted).filter((id) => before?.granted.includes(id) !== true)
      if (actor.kind !== 'system' && actor.roles?.includes(rootRole) !== true && added.length > 0) throw beyondOwnRights(added)
      await this.#store.save(tx, role)
      const action = before === undefined ? 'role.create' : 'role.update'
      await this.#audit.record({ action, object: { type: 'role', id: role.key, title: role.title }, before, after: role }, { within: tx })
    })
    this.forget()
  }

  async remove(actor: Actor, key: string): Promise<void> {
    if (builtInRole(key) !== undefined) throw new ParleyError('forbidden', `The role "${key}" belongs to every installation and cannot be deleted.`)
    await this.assertMayGrant(actor, { roles: [key] })
    await this.#db.transaction(async (tx) => {
      const before = await this.#store.lock(tx, key)
      if (before === undefined) throw unknownRole(key)
      const holders = await this.#store.countHolders(tx, key)
      if (holders > 0) throw roleInUse(before.title, holders)
      await this.#store.remove(tx, key)
      await this.#audit.record({ action: 'role.delete', object: { type: 'role', id: key, title: before.title }, before }, { within: tx })
    })
    this.forget()
  }

  /** After a change that went past this instance; other processes see it when their copies are too old. */
  forget(): void {
    this.#grants.clear()
    this.#changed()
  }

  /** The wanted permissions that plugins declare; those that change must be held by the actor. */
  #known(actor: Actor, wanted: readonly string[], held: readonly string[]): string[] {
    const declared = this.declaredPermissions()
    const unknown = wanted.filter((id) => !declared.some((permission) => permissionId(permission) === id))
    if (unknown.length > 0) throw new ParleyError('invalid_input', `No running plugin declares the permission "${unknown.join('", "')}".`)
    const changed = declared.filter((permission) => wanted.includes(permissionId(permission)) !== held.includes(permissionId(permission)))
    this.#refuse(changed.filter((permission) => !actor.can(permission)))
    return [...new Set(wanted)].toSorted()
  }

  #refuse(beyond: readonly Permission[]): void {
    if (beyond.length === 0) return
    throw beyondOwnRights(beyond.map(permissionId))
  }

  // what plugins that do not run now declared stays as it was
  #undeclared(ids: readonly string[] | undefined): string[] {
    const declared = new Set(this.declaredPermissions().map(permissionId))
    return (ids ?? []).filter((id) => !declared.has(id))
  }

  #custom(key: string, { title, description }: RoleChange, wanted: readonly string[], before: StoredRole): StoredRole {
    return { key, title, description, granted: [...this.#undeclared(before.granted), ...wanted], revoked: [] }
  }

  #adjusted(key: string, rule: (typeof builtIn)[keyof typeof builtIn], wanted: readonly string[], before: StoredRole | undefined): StoredRole {
    const missing = this.declaredPermissions()
      .map(permissionId)
      .filter((id) => ruleAllows(rule, id) && !wanted.includes(id))
    return {
      key,
      title: rule.title,
      description: rule.description,
      granted: [...this.#undeclared(before?.granted), ...wanted.filter((id) => !ruleAllows(rule, id))],
      revoked: [...this.#undeclared(before?.revoked), ...missing],
    }
  }

  #shown(role: { key: string; title: string; description: string }, grants: RoleGrants, users: number): Role {
    const rule = builtInRole(role.key)
    return {
      key: role.key,
      title: role.title,
      description: role.description,
      builtIn: rule !== undefined,
      fixed: rule?.fixed === true,
      permissions: this.declaredPermissions()
        .map(permissionId)
        .filter((id) => grants.roleAllows(role.key, id)),
      users,
    }
  }
}

/** Whoever works with some bots only must not reach others through people or roles they make. */
function assertWithinBots(actor: LimitedActor, botIds: readonly string[] | undefined): void {
  const { botLimit: limit } = actor
  if (limit !== undefined && (botIds === undefined || !botIds.every((botId) => limit.includes(botId)))) throw limitedToBots()
}

const unknownRole = (key: string): ParleyError => new ParleyError('not_found', `The role "${key}" does not exist. It may have been deleted.`)
