import { configuration, definePlugin, demoData } from '@parley/plugin-api'
import { bots } from '@parley/plugin-conversations/api'
import { scenarioActionSources, scenarios } from '@parley/plugin-scenario-runtime/api'
import { asClass } from 'awilix'
import { z } from 'zod'
import * as api from '../api/index.ts'
import { ActionCheck } from './action-check.ts'
import { ActionLibrary } from './action-library.ts'
import { ActionRunner } from './action-runner.ts'
import { ActionStore } from './action-store.ts'
import { actionConfiguration } from './actions.configuration.ts'
import { actionRoutes } from './actions.routes.ts'
import { config } from './config.ts'
import { CustomActions } from './custom-actions.ts'
import { ActionJailDemo } from './demo/action-jail-demo.ts'
import { migrations } from './migrations/index.ts'
import { RunLog } from './run-log.ts'

const day = 24 * 60 * 60 * 1000

export default definePlugin({
  id: 'action-jail',
  config,
  consumes: { bots, scenarios },
  services: {
    actionCheck: asClass(ActionCheck).singleton(),
    actionLibrary: asClass(ActionLibrary).singleton(),
    actionRunner: asClass(ActionRunner).singleton(),
    actionStore: asClass(ActionStore).singleton(),
    customActions: asClass(CustomActions).singleton(),
    demo: asClass(ActionJailDemo).singleton(),
    runLog: asClass(RunLog).singleton(),
  },
  contributes: (add) => [
    add(scenarioActionSources, 'action-jail', ({ customActions }) => customActions),
    add(demoData, 'action-jail', ({ demo }) => demo),
    add(configuration, 'action-jail/actions', actionConfiguration),
  ],
  permissions: [api.viewActions, api.editActions, api.deleteActions],
  routes: actionRoutes,
  jobs: (job) => [
    job('forget', { payload: z.object({}), schedule: '41 * * * *' }, async (_payload, { actionStore, runLog, clock }) => {
      const now = clock.now().getTime()
      await runLog.forget(new Date(now - 7 * day))
      await actionStore.forgetDeleted(new Date(now - 30 * day))
    }),
  ],
  migrations,
})
