import type { Migrations } from '@parley/plugin-api'
import { conversationsMigration } from './20261120T1000-conversations.ts'
import { numberedChoicesMigration } from './20261121T0800-numbered-choices.ts'
import { waitingPayloadsMigration } from './20261121T0830-waiting-payloads.ts'

export const migrations: Migrations = {
  '20261120T1000_conversations': conversationsMigration,
  '20261121T0800_numbered_choices': numberedChoicesMigration,
  '20261121T0830_waiting_payloads': waitingPayloadsMigration,
}
