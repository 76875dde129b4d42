import { Gatherer, isParleyError, ParleyError, type EventBus, type PluginDatabase, type Within } from '@parley/plugin-api'
import { clientChanged, type Client, type ClientIdentity, type Clients } from '../api/index.ts'
import type { ClientStore, Identified, Identity } from './client-store.ts'
import { sortFields } from './field-changes.ts'

/** The service other plugins use. */
export class People implements Clients {
  readonly #db: PluginDatabase
  readonly #store: ClientStore
  readonly #events: EventBus
  readonly #identities: Gatherer<Identity, Identified>

  constructor({ db, clientStore, events }: { db: PluginDatabase; clientStore: ClientStore; events: EventBus }) {
    this.#db = db
    this.#store = clientStore
    this.#events = events
    this.#identities = new Gatherer({
      run: (chats) => clientStore.identify(chats),
      parallel: 2,
      limit: 50,
      together: true,
      repeats: (error) => !isParleyError(error, 'database_unavailable'),
    })
  }

  /** Shares a statement with others that come at once, except `within` a transaction. */
  async identify(identity: Identity, { within }: { within?: Within } = {}): Promise<Identified> {
    if (within === undefined) return await this.#identities.add(identity)
    if (within.kind === 'batch') throw new ParleyError('internal', 'A batch cannot be read from: identify within a transaction, or alone.')
    const [identified] = await this.#store.identify([identity], this.#db.within(within))
    return identified!
  }

  async get(clientId: string): Promise<Client | undefined> {
    return this.#store.get(clientId)
  }

  async identities(clientId: string): Promise<ClientIdentity[]> {
    return this.#store.identities(clientId)
  }

  async fields(clientId: string): Promise<Record<string, unknown>> {
    const client = await this.#store.get(clientId)
    if (client === undefined) return {}
    const { firstName, lastName, patronymic, phone, email, language } = client
    const standard = { first_name: firstName, last_name: lastName, patronymic, phone, email, language }
    return { ...client.extra, ...Object.fromEntries(Object.entries(standard).filter(([, value]) => value !== undefined)) }
  }

  async setFields(clientId: string, fields: Readonly<Record<string, unknown>>, options: { within?: Within } = {}): Promise<void> {
    await this.#store.change(clientId, sortFields(fields), { ...options, actor: 'scenario' })
    await this.#events.publish(clientChanged, { clientId }, options)
  }

  async setBlocked(identityId: string, blocked: boolean, options: { within?: Within } = {}): Promise<void> {
    await this.#store.setBlocked(identityId, blocked, options.within)
  }
}
