import type { Migrations } from '@parley/plugin-api'
import { conversationsMigration } from './20261120T1000-conversations.ts'
import { numberedChoicesMigration } from './20261121T0800-numbered-choices.ts'
import { waitingPayloadsMigration } from './20261121T0830-waiting-payloads.ts'
import { messageArchiveMigration } from './20261121T1100-message-archive.ts'
import { credentialsEndMigration } from './20261121T1400-credentials-end.ts'
import { wordsMigration } from './20261121T2340-words.ts'

export const migrations: Migrations = {
  '20261120T1000_conversations': conversationsMigration,
  '20261121T0800_numbered_choices': numberedChoicesMigration,
  '20261121T0830_waiting_payloads': waitingPayloadsMigration,
  '20261121T1100_message_archive': messageArchiveMigration,
  '20261121T1400_credentials_end': credentialsEndMigration,
  '20261121T2340_words': wordsMigration,
}
