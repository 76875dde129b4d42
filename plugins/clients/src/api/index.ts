import { eventType, permission, token, type Within } from '@parley/plugin-api'
import { z } from 'zod'

/** One person, with any number of channel identities. Keys of `fields` are the scenario's: `first_name`, `phone`, …, and any other. */
export const client = z.object({
  id: z.uuid(),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  patronymic: z.string().optional(),
  phone: z.string().optional(),
  email: z.string().optional(),
  language: z.string().optional(),
  avatarUrl: z.string().optional(),
  tags: z.array(z.string()),
  /** `extra_data`: fields beyond the standard ones. */
  extra: z.record(z.string(), z.unknown()),
  createdAt: z.iso.datetime(),
  /** Grows with each change; a save names the one it started from. */
  version: z.number().int(),
})
export type Client = z.infer<typeof client>

/** One chat of a person in one account of a channel. */
export interface ClientIdentity {
  readonly id: string
  readonly channel: string
  readonly accountId: string
  readonly chatId: string
  readonly username?: string
  readonly blocked: boolean
}

/** Standard keys of the documented product. */
export const standardFields = ['first_name', 'last_name', 'patronymic', 'phone', 'email', 'language'] as const

/** The people who write, and what is known of them. */
export interface Clients {
  /**
   * The identity of a chat, and the person behind it; both made when absent. Joins people automatically only on the same channel and chat id.
   * Inside a transaction it needs `within`, or it waits for what the transaction has made.
   */
  identify(
    identity: {
      accountId: string
      channel: string
      chatId: string
      sender: {
        id: string
        firstName?: string
        lastName?: string
        username?: string
        phone?: string
        email?: string
        language?: string
        avatarUrl?: string
      }
    },
    options?: { within?: Within },
  ): Promise<{ clientId: string; identityId: string; created: boolean }>
  get(clientId: string): Promise<Client | undefined>
  identities(clientId: string): Promise<ClientIdentity[]>
  /** Standard and extra fields in one flat record, under the scenario's keys. */
  fields(clientId: string): Promise<Record<string, unknown>>
  /** Sets standard fields by their keys and everything else as extra. `undefined` and `''` clear. */
  setFields(clientId: string, fields: Readonly<Record<string, unknown>>, options?: { within?: Within }): Promise<void>
  setBlocked(identityId: string, blocked: boolean, options?: { within?: Within }): Promise<void>
}
export const clients = token<Clients>('clients.clients@1')

/** Something about a person changed: a field, a tag, a merge. */
export const clientChanged = eventType('clients.client-changed@1', z.object({ clientId: z.string() }))

export const viewClients = permission('clients', 'view', 'See clients')
export const editClients = permission('clients', 'edit', 'Change clients')

/** Views other plugins may join: `db.published('clients', 'clients')`, `'identities'`. */
export const publishedViews = ['clients', 'identities'] as const
