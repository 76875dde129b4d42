import { configuration, definePlugin, demoData } from '@parley/plugin-api'
import { clients } from '@parley/plugin-clients/api'
import { bots, channelAccounts, conversations, deliveryFailed, holders, inbox, outbox } from '@parley/plugin-conversations/api'
import { asClass, asFunction } from 'awilix'
import * as api from '../api/index.ts'
import { builtInActions, builtInNodes } from './built-in.ts'
import { CallNode } from './call-node.ts'
import { callNodeRoutes } from './call-node.routes.ts'
import { Catalogue } from './catalogue.ts'
import { catalogueRoutes } from './catalogue.routes.ts'
import { ClientFields } from './client-fields.ts'
import { config } from './config.ts'
import { deliveryErrorKey, deliveryErrorTrigger } from './delivery-error.trigger.ts'
import { ShopDemo } from './demo/shop-demo.ts'
import { editInstanceSettings, instanceSettings } from './instance-settings.ts'
import { migrations } from './migrations/index.ts'
import { ActiveRuns } from './run/active-runs.ts'
import { createRunTools } from './run/run-tools.ts'
import { ScenarioHolder } from './run/scenario-holder.ts'
import { Runs } from './runs.ts'
import { ScenarioCache } from './scenario-cache.ts'
import { createScenarios, ScenarioLibrary } from './scenario-library.ts'
import { scenarioConfiguration } from './scenarios.configuration.ts'
import { scenarioRoutes } from './scenarios.routes.ts'
import { ScenarioStore } from './stores/scenario-store.ts'
import { SessionMemory } from './stores/session-memory.ts'
import { SessionStore } from './stores/session-store.ts'
import { Templates } from './templates/templates.ts'
import { TriggerRuns } from './trigger-runs.ts'

export default definePlugin({
  id: 'scenario-runtime',
  config,
  consumes: { bots, channelAccounts, clients, conversations, inbox, outbox },
  services: {
    activeRuns: asClass(ActiveRuns).singleton(),
    callNode: asClass(CallNode).singleton(),
    catalogue: asClass(Catalogue).singleton(),
    clientFields: asClass(ClientFields).singleton(),
    holder: asClass(ScenarioHolder).singleton(),
    runs: asClass(Runs).singleton(),
    runTools: asFunction(createRunTools).singleton(),
    scenarioCache: asClass(ScenarioCache).singleton(),
    scenarioLibrary: asClass(ScenarioLibrary).singleton(),
    scenarios: asFunction(createScenarios).singleton(),
    scenarioStore: asClass(ScenarioStore).singleton(),
    sessionStore: asClass(SessionStore).singleton(),
    sessionMemory: asClass(SessionMemory).singleton(),
    shopDemo: asClass(ShopDemo).singleton(),
    templates: asClass(Templates).singleton(),
    triggerRuns: asClass(TriggerRuns).singleton(),
  },
  provides: { runs: api.scenarioRuns, scenarios: api.scenarios, triggerRuns: api.scenarioTriggerRuns },
  owns: [api.scenarioNodes, api.scenarioActions, api.scenarioActionSources, api.scenarioTriggers],
  contributes: (add) => [
    ...Object.entries(builtInNodes).map(([type, create]) => add(api.scenarioNodes, type, create)),
    ...Object.entries(builtInActions).map(([id, create]) => add(api.scenarioActions, id, create)),
    add(api.scenarioTriggers, deliveryErrorTrigger.type, () => deliveryErrorTrigger),
    add(holders, api.holderId, ({ holder }) => holder),
    add(demoData, 'scenario-runtime', ({ shopDemo }) => shopDemo),
    add(configuration, 'scenario-runtime/scenarios', scenarioConfiguration),
  ],
  permissions: [api.viewScenarios, api.editScenarios, editInstanceSettings],
  settings: [instanceSettings],
  routes: (http) => [...scenarioRoutes(http), ...catalogueRoutes(http), ...callNodeRoutes(http)],
  on: (on) => [
    on(deliveryFailed, async (failure, { triggerRuns, clock }) => {
      await triggerRuns.fire(deliveryErrorTrigger.type, failure, { key: deliveryErrorKey(failure, clock.now()) })
    }),
  ],
  migrations,
})
