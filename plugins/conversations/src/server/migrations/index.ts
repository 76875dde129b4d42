import type { Migrations } from '@parley/plugin-api'
import { conversationsMigration } from './20261120T1000-conversations.ts'

export const migrations: Migrations = {
  '20261120T1000_conversations': conversationsMigration,
}
