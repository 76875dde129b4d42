import type { Migrations } from '@parley/plugin-api'
import { clientTables } from './20261120T0900-clients.ts'

export const migrations: Migrations = { '20261120T0900_clients': clientTables }

export const views = {
  clients: `SELECT id, first_name, last_name, patronymic, phone, email, language, avatar_url, tags, extra, created_at FROM clients`,
  identities: `SELECT id, client_id, account_id, channel, chat_id, username, blocked FROM identities`,
}
