import { randomUUID } from 'node:crypto'
import {
  ParleyError,
  type Actor,
  type Audit,
  type Clock,
  type Entitlements,
  type EventBus,
  type PluginDatabase,
  type Transaction,
  type Within,
} from '@parley/plugin-api'
import { userChanged, type User, type Users } from '../../api/index.ts'
import type { AccessStates } from '../sign-in/access-states.ts'
import type { Passwords } from '../sign-in/passwords.ts'
import { lastRoot, loginTaken, tooManyOperators } from '../refusals.ts'
import { rootRole } from '../roles/role-grants.ts'
import type { Roles } from '../roles/roles.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { UserFields, UserRow, UserStore } from './user-store.ts'

export interface NewUser {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly roles: readonly string[]
  readonly botIds?: readonly string[] | undefined
  /** Absent: the person gets a link to choose one. */
  readonly password?: string | undefined
}

/** `undefined` leaves a field as it is; `botIds: []` removes the limit. */
export type UserChange = { readonly [Name in keyof UserFields]?: UserFields[Name] | undefined }

interface Dependencies {
  db: PluginDatabase
  userStore: UserStore
  sessionStore: SessionStore
  roles: Roles
  passwords: Passwords
  accessStates: AccessStates
  events: EventBus
  audit: Audit
  entitlements: Entitlements
  clock: Clock
}

const system: Actor = { kind: 'system', id: 'system', name: 'Parley', can: () => true }

/** People of the shell: what administrators do with them, and what other plugins ask. */
export class UserDirectory implements Users {
  readonly #use: Dependencies

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
  }

  async get(id: string): Promise<User | undefined> {
    return this.#use.userStore.find(id)
  }

  async byIds(ids: readonly string[]): Promise<Map<string, User>> {
    return new Map((await this.#use.userStore.byIds([...new Set(ids)])).map((user) => [user.id, user]))
  }

  async list(filter: { active?: boolean; role?: string } = {}): Promise<User[]> {
    return this.#use.userStore.list(filter, { limit: 10_000 })
  }

  async can(userId: string, permissionId: string, botId?: string): Promise<boolean> {
    const { roles, userStore } = this.#use
    const permission = roles.declaredPermissions().find(({ module, verb }) => `${module}.${verb}` === permissionId)
    const user = await userStore.find(userId)
    return permission !== undefined && user?.active === true && (await roles.grants()).allows(user, permission, botId)
  }

  async create(user: NewUser): Promise<User> {
    return this.createBy(system, user)
  }

  async createBy(actor: Actor, user: NewUser): Promise<UserRow> {
    const { db, userStore, roles, passwords, clock, audit } = this.#use
    await roles.exists(user.roles)
    const fields: UserFields = {
      email: normalEmail(user.email),
      firstName: user.firstName,
      lastName: user.lastName,
      roles: [...new Set(user.roles)],
      botIds: limit(user.botIds),
      active: true,
      avatarUrl: undefined,
    }
    await roles.assertMayGrant(actor, fields)
    if (user.password !== undefined) await passwords.check(user.password, fields.email)
    const passwordHash = user.password === undefined ? undefined : await passwords.hash(user.password)
    const [id, at] = [randomUUID(), clock.now()]
    await db.transaction(async (tx) => {
      await this.#assertRoom(tx)
      if (!(await userStore.insert(tx, { ...fields, id, passwordHash, at }))) throw loginTaken(fields.email)
      await this.#announce(id, true, tx)
      await audit.record({ action: 'user.create', object: object({ id, ...fields }), after: fields }, { within: tx })
    })
    return { id, createdAt: at.toISOString(), ...shown(fields) }
  }

  async update(actor: Actor, id: string, change: UserChange): Promise<UserRow> {
    const { db, userStore, roles, sessionStore, clock, audit, accessStates } = this.#use
    if (change.roles !== undefined) await roles.exists(change.roles)
    const after = await db.transaction(async (tx) => {
      const roots = await userStore.lockRoots(tx)
      const before = await this.#locked(tx, id)
      await this.#assertMayManage(actor, before)
      const fields = merged(before, change)
      if (changesRights(before, fields)) await roles.assertMayGrant(actor, fields)
      assertRootRemains(roots, id, fields.active && fields.roles.includes(rootRole))
      if (fields.email !== before.email && (await userStore.emailTaken(tx, fields.email, id))) throw loginTaken(fields.email)
      if (fields.active && !before.active) await this.#assertRoom(tx)
      await userStore.save(tx, id, fields, clock.now())
      if (!fields.active) await sessionStore.revokeAll(tx, id, 'deactivated', clock.now())
      await this.#announce(id, fields.active, tx)
      const action = before.active === fields.active ? 'user.update' : fields.active ? 'user.activate' : 'user.deactivate'
      await audit.record({ action, object: object({ id, ...fields }), before: plain(before), after: plain(fields) }, { within: tx })
      return { id, createdAt: before.createdAt, ...shown(fields) }
    })
    accessStates.clear()
    return after
  }

  async remove(id: string, options: { within?: Within } = {}): Promise<void> {
    await this.removeBy(system, id, options.within)
  }

  async removeBy(actor: Actor, id: string, within?: Within): Promise<void> {
    const { db, userStore, sessionStore, clock, audit, accessStates } = this.#use
    const work = async (tx: Transaction): Promise<void> => {
      const roots = await userStore.lockRoots(tx)
      const before = await this.#locked(tx, id)
      await this.#assertMayManage(actor, before)
      assertRootRemains(roots, id, false)
      await sessionStore.revokeAll(tx, id, 'deleted', clock.now())
      await userStore.markDeleted(tx, id, clock.now())
      await this.#announce(id, false, tx)
      await audit.record({ action: 'user.delete', object: object(before), before: plain(before) }, { within: tx })
      tx.afterCommit(() => accessStates.clear())
    }
    if (within === undefined) return db.transaction(work)
    if (within.kind === 'batch')
      throw new ParleyError('internal', '"identity" cannot remove a user in a batch: it has to read first. Use a transaction.')
    return work(db.within(within))
  }

  /** Somebody else's password, sessions or keys may be touched only by those who could make that person. */
  async assertMayManage(actor: Actor, id: string): Promise<UserRow> {
    const user = await this.#use.userStore.find(id)
    if (user === undefined) throw unknownUser(id)
    await this.#assertMayManage(actor, user)
    return user
  }

  async #assertMayManage(actor: Actor, user: UserRow): Promise<void> {
    if (actor.kind !== 'user' || actor.id !== user.id) await this.#use.roles.assertMayGrant(actor, user)
  }

  /** One more active person is within the licence. Those who are there already stay, also when a new licence allows fewer. */
  async #assertRoom(tx: Transaction): Promise<void> {
    const { userStore, entitlements } = this.#use
    const limit = entitlements.limit('operators')
    if (limit !== Infinity && (await userStore.lockActiveCount(tx)) >= limit) throw tooManyOperators(limit)
  }

  async #locked(tx: Transaction, id: string): Promise<UserRow> {
    const user = await this.#use.userStore.lock(tx, id)
    if (user === undefined) throw unknownUser(id)
    return user
  }

  #announce(userId: string, active: boolean, within: Transaction): Promise<void> {
    return this.#use.events.publish(userChanged, { userId, active }, { within })
  }
}

/** Addresses differ in case only by accident. */
export const normalEmail = (email: string): string => email.trim().toLowerCase()

const limit = (botIds: readonly string[] | undefined): readonly string[] | undefined =>
  botIds === undefined || botIds.length === 0 ? undefined : botIds

const merged = (before: UserRow, change: UserChange): UserFields => ({
  email: change.email === undefined ? before.email : normalEmail(change.email),
  firstName: change.firstName ?? before.firstName,
  lastName: change.lastName ?? before.lastName,
  roles: change.roles === undefined ? before.roles : [...new Set(change.roles)],
  botIds: limit(change.botIds ?? before.botIds),
  active: change.active ?? before.active,
  avatarUrl: change.avatarUrl ?? before.avatarUrl,
})

const shown = ({ botIds, avatarUrl, roles, ...fields }: UserFields): Omit<UserRow, 'id' | 'createdAt'> => ({
  ...fields,
  roles: [...roles],
  ...(botIds === undefined ? {} : { botIds }),
  ...(avatarUrl === undefined ? {} : { avatarUrl }),
})

const plain = ({
  email,
  firstName,
  lastName,
  roles,
  botIds,
  active,
}: Omit<UserFields, 'avatarUrl' | 'botIds'> & { botIds?: readonly string[] | undefined }) => ({
  email,
  firstName,
  lastName,
  roles,
  botIds,
  active,
})

const changesRights = (before: UserRow, after: UserFields): boolean =>
  before.roles.toSorted().join() !== after.roles.toSorted().join() || before.botIds?.toSorted().join() !== after.botIds?.toSorted().join()

const object = ({ id, email }: { id: string; email: string }) => ({ type: 'user', id, title: email })

function assertRootRemains(roots: readonly string[], id: string, remains: boolean): void {
  if (remains || !roots.includes(id) || roots.length > 1) return
  throw lastRoot()
}

const unknownUser = (id: string): ParleyError => new ParleyError('not_found', `There is no user "${id}". The person may have been deleted.`)
