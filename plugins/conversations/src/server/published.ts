import type { PublishedViews } from '@parley/plugin-api'

const messageColumns =
  'id, conversation_id, number, direction, state, author_kind, author_id, author_name, content, reason, client_key, created_at, provider_at, reason_words'

/** What other plugins may join. */
export const published: PublishedViews = {
  conversations: `SELECT id, account_id, bot_id, channel, chat_id, client_id, identity_id, holder, last_number, created_at FROM {conversations}`,
  messages: `SELECT ${messageColumns} FROM {messages} UNION ALL SELECT ${messageColumns} FROM {message_archive}`,
  bots: `SELECT id, number, name, language, active, created_at FROM {bots}`,
}
