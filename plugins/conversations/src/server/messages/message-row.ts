import type { Author, Message } from '../../api/index.ts'
import { languagesFor, reasonFields } from '../words.ts'

export const authorOf = (row: Record<string, any>): Author => ({
  kind: row['author_kind'],
  ...(row['author_id'] == null ? {} : { id: row['author_id'] }),
  ...(row['author_name'] == null ? {} : { name: row['author_name'] }),
})

/** A row of `messages`, as it is and as the tables around it join it. */
export const asMessage = (row: Record<string, any>): Message => ({
  id: row.id,
  conversationId: row.conversation_id,
  number: row.number,
  direction: row.direction,
  author: authorOf(row),
  content: row.content,
  state: row.state,
  ...(row.reason == null ? {} : reasonFields(languagesFor(row.reason, row.reason_words) ?? row.reason)),
  ...(row.client_key == null ? {} : { clientKey: row.client_key }),
  ...(row.direction === 'in' && row.external_id != null ? { externalId: row.external_id } : {}),
  createdAt: row.created_at.toISOString(),
  ...(row.provider_at == null ? {} : { providerAt: row.provider_at.toISOString() }),
})
