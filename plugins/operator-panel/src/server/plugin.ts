import { configuration, demoData, definePlugin } from '@parley/plugin-api'
import { clientChanged, clients } from '@parley/plugin-clients/api'
import { bots, conversations, holders, outbox } from '@parley/plugin-conversations/api'
import { userGone, users } from '@parley/plugin-identity/api'
import { scenarioActions, scenarioRuns } from '@parley/plugin-scenario-runtime/api'
import { asClass } from 'awilix'
import { z } from 'zod'
import * as api from '../api/index.ts'
import { Announcer } from './announcer.ts'
import { channelRoutes } from './channels.routes.ts'
import { ConnectToOperatorAction } from './connect-to-operator.action.ts'
import { Connection } from './connection.ts'
import { DecisionStore } from './decision-store.ts'
import { PanelDemo } from './demo.ts'
import { Desk } from './desk.ts'
import { directoryConfiguration } from './directory.configuration.ts'
import { directoryRoutes } from './directory.routes.ts'
import { DirectoryStore } from './directory-store.ts'
import { Distributor } from './distributor.ts'
import { migrations } from './migrations/index.ts'
import { clientName, Opener } from './opener.ts'
import { OperatorStatus } from './operator-status.ts'
import { OperatorStore } from './operator-store.ts'
import { operatorRoutes } from './operators.routes.ts'
import { PanelWebhooks } from './panel-webhooks.ts'
import { RequestHolder } from './request-holder.ts'
import { RequestListStore } from './request-list-store.ts'
import { RequestLog } from './request-log.ts'
import { RequestStore } from './request-store.ts'
import { requestRoutes } from './requests.routes.ts'
import { distributionSettings } from './settings.ts'
import { WaitingStore } from './waiting-store.ts'

const day = 24 * 60 * 60 * 1000

export default definePlugin({
  id: 'operator-panel',
  consumes: { clients, bots, conversations, outbox, users, runs: scenarioRuns },
  services: {
    announcer: asClass(Announcer).singleton(),
    connectAction: asClass(ConnectToOperatorAction).singleton(),
    connection: asClass(Connection).singleton(),
    decisionStore: asClass(DecisionStore).singleton(),
    demo: asClass(PanelDemo).singleton(),
    desk: asClass(Desk).singleton(),
    directoryStore: asClass(DirectoryStore).singleton(),
    distributor: asClass(Distributor).singleton(),
    holder: asClass(RequestHolder).singleton(),
    opener: asClass(Opener).singleton(),
    operatorStatus: asClass(OperatorStatus).singleton(),
    operatorStore: asClass(OperatorStore).singleton(),
    panelWebhooks: asClass(PanelWebhooks).singleton(),
    requestListStore: asClass(RequestListStore).singleton(),
    requestLog: asClass(RequestLog).singleton(),
    requestStore: asClass(RequestStore).singleton(),
    waitingStore: asClass(WaitingStore).singleton(),
  },
  provides: { opener: api.requests },
  contributes: (add) => [
    add(holders, api.holderId, ({ holder }) => holder),
    add(scenarioActions, 'operator_panel__connect_to_operator_with_msg', ({ connectAction }) => connectAction),
    add(demoData, 'operator-panel', ({ demo }) => demo),
    ...directoryConfiguration.map(([key, create]) => add(configuration, key, create)),
  ],
  permissions: [api.viewRequests, api.editRequests, api.writeNotes, api.viewAllRequests, api.configurePanel, api.queueStatus, api.distributionAudit],
  settings: [distributionSettings],
  routes: (http) => [...requestRoutes(http), ...operatorRoutes(http), ...directoryRoutes(http), ...channelRoutes(http)],
  jobs: (job) => [
    job(
      'distribute',
      { payload: z.object({}), orderBy: () => 'distribution', due: async ({ waitingStore }) => ((await waitingStore.anyWaiting()) ? [{}] : []) },
      async (_payload, { distributor }, signal) => {
        await distributor.run(signal)
      },
    ),
    job(
      'webhook',
      { payload: z.object({ requestId: z.uuid() }), orderBy: ({ requestId }) => requestId, due: ({ panelWebhooks }) => panelWebhooks.due() },
      ({ requestId }, { panelWebhooks }, signal) => panelWebhooks.deliver(requestId, signal),
    ),
    job('forget-decisions', { payload: z.object({}), schedule: '17 3 * * *' }, async (_payload, { decisionStore, clock }) =>
      decisionStore.removeBefore(new Date(clock.now().getTime() - 30 * day)),
    ),
  ],
  on: (on) => [
    on(userGone, ({ userId }, { operatorStatus }) => operatorStatus.lost(userId)),
    on(clientChanged, async ({ clientId }, { clients: people, requestStore, announcer }) => {
      const name = clientName(await people.get(clientId))
      if (name === undefined) return
      for (const requestId of await requestStore.renameClient(clientId, name)) await announcer.announce(requestId, 'client')
    }),
  ],
  topics: (topic) => [
    topic(api.requestsTopic, { allow: async ({ userId }, actor) => actor.id === userId && actor.can(api.viewRequests) }),
    topic(api.botRequestsTopic, {
      allow: async ({ botId, all }, actor) => actor.can(api.viewRequests, botId) && (!all || actor.can(api.viewAllRequests, botId)),
    }),
    topic(api.foldersTopic, { allow: async (_key, actor) => actor.can(api.viewRequests) }),
  ],
  migrations,
})
