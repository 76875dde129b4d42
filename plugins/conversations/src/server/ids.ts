import { hash, randomUUID } from 'node:crypto'

const timeOf = (now: Date): string => {
  const hex = now.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

/** A UUIDv7: ids made later sort later, so they fill the last page of an index. Node keeps randomness for `randomUUID` in store, so that is what is cheap. */
export const newId = (now: Date): string => `${timeOf(now)}-7${randomUUID().slice(15)}`

/** The first UUIDv7 of a moment: for ranges over ids by time. */
export const firstIdOf = (moment: Date): string => `${timeOf(moment)}-7000-8000-000000000000`

/** When a UUIDv7 was made. */
export const timeOfId = (id: string): Date => new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16))

/**
 * A UUIDv8 made of names: the same names are the same row, in every process and without asking the database (ADR 23). The parts are joined with a
 * character that PostgreSQL refuses in texts, so `('a', 'bc')` and `('ab', 'c')` differ.
 */
export const derivedId = (...names: readonly string[]): string => {
  const hex = hash('sha256', names.join('\0'))
  const variant = '89ab'[parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export const conversationIdOf = (accountId: string, chatId: string): string => derivedId('conversation', accountId, chatId)

/** The id of what a channel's event becomes: its key removes duplicates. */
export const eventIdOf = (accountId: string, key: string): string => derivedId('event', accountId, key)

export const commandIdOf = (conversationId: string, key: string): string => derivedId('command', conversationId, key)

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** False for texts that PostgreSQL would refuse as a uuid: such an id names nothing. */
export const isUuid = (text: string): boolean => uuid.test(text)
