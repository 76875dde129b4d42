import { randomUUID } from 'node:crypto'
import { ParleyError, permissionId, type Actor, type Audit, type Clock, type PluginDatabase } from '@parley/plugin-api'
import { beyondOwnRights } from '../refusals.ts'
import type { Roles } from '../roles/roles.ts'
import type { AccessStates } from '../sign-in/access-states.ts'
import type { ApiKey, ApiKeyStore } from './api-key-store.ts'
import { hashToken, newApiKeyToken } from './api-key-token.ts'

export interface NewApiKey {
  readonly name: string
  readonly permissions: readonly string[]
  readonly expiresAt?: Date | undefined
}

interface Dependencies {
  db: PluginDatabase
  apiKeyStore: ApiKeyStore
  roles: Roles
  accessStates: AccessStates
  audit: Audit
  clock: Clock
}

/** Keys for other systems. A key acts for the person who made it: never with more rights, and not at all once that person is gone. */
export class ApiKeys {
  readonly #use: Dependencies

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
  }

  /** The token is in the answer and nowhere else. */
  async create(actor: Actor, key: NewApiKey): Promise<{ id: string; token: string; prefix: string }> {
    const { db, apiKeyStore, roles, audit, clock } = this.#use
    if (actor.kind !== 'user') throw new ParleyError('forbidden', 'A key cannot make keys. Sign in as a person.')
    if (key.expiresAt !== undefined && key.expiresAt <= clock.now())
      throw new ParleyError('invalid_input', 'The key would have expired already. Choose a later day.')
    const held = new Set(
      roles
        .declaredPermissions()
        .filter((permission) => actor.can(permission))
        .map(permissionId),
    )
    const beyond = key.permissions.filter((id) => !held.has(id))
    if (beyond.length > 0) throw beyondOwnRights(beyond)
    const { token, prefix } = newApiKeyToken()
    const id = randomUUID()
    const { name, permissions, expiresAt } = key
    await db.transaction(async (tx) => {
      await apiKeyStore.insert(tx, { id, userId: actor.id, name, hash: hashToken(token), prefix, permissions, at: clock.now(), expiresAt })
      const entry = { action: 'api_key.create', object: { type: 'api_key', id, title: name }, after: { prefix, permissions, expiresAt } }
      await audit.record(entry, { within: tx })
    })
    return { id, token, prefix }
  }

  /** One's own, or everybody's. */
  list(actor: Actor, page: { all: boolean; before?: { createdAt: Date; id: string } | undefined; limit: number }): Promise<ApiKey[]> {
    return this.#use.apiKeyStore.list({ ownerId: page.all ? undefined : actor.id, before: page.before, limit: page.limit })
  }

  find(id: string): Promise<ApiKey | undefined> {
    return this.#use.apiKeyStore.find(id)
  }

  async revoke(key: ApiKey): Promise<void> {
    const { db, apiKeyStore, accessStates, audit, clock } = this.#use
    await db.transaction(async (tx) => {
      await apiKeyStore.revoke(tx, key.id, clock.now())
      const before = { prefix: key.prefix, permissions: key.permissions, owner: key.userId }
      await audit.record({ action: 'api_key.revoke', object: { type: 'api_key', id: key.id, title: key.name }, before }, { within: tx })
    })
    accessStates.clear()
  }
}
