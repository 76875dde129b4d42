import type { Core } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import type { Bots, Conversations, Outbox } from '@parley/plugin-conversations/api'
import type { Users } from '@parley/plugin-identity/api'
import type { ScenarioRuns } from '@parley/plugin-scenario-runtime/api'
import type { Announcer } from './announcer.ts'
import type { DecisionStore } from './decision-store.ts'
import type { Desk } from './desk.ts'
import type { DirectoryStore } from './directory-store.ts'
import type { Distributor } from './distributor.ts'
import type { OperatorStatus } from './operator-status.ts'
import type { OperatorStore } from './operator-store.ts'
import type { RequestListStore } from './request-list-store.ts'
import type { RequestLog } from './request-log.ts'
import type { RequestStore } from './request-store.ts'

/** What the panel's routes may ask for. */
export interface PanelCradle extends Core {
  readonly clients: Clients
  readonly bots: Bots
  readonly conversations: Conversations
  readonly outbox: Outbox
  readonly users: Users
  readonly runs: ScenarioRuns
  readonly announcer: Announcer
  readonly decisionStore: DecisionStore
  readonly desk: Desk
  readonly directoryStore: DirectoryStore
  readonly distributor: Distributor
  readonly operatorStatus: OperatorStatus
  readonly operatorStore: OperatorStore
  readonly requestListStore: RequestListStore
  readonly requestLog: RequestLog
  readonly requestStore: RequestStore
}
