import { authenticator, configuration, definePlugin, demoData, limitUsage } from '@parley/plugin-api'
import { z } from 'zod'
import { deleteUsers, editApiKeys, editUsers, presence, users, viewApiKeys, viewUsers } from '../api/index.ts'
import { apiKeysRoutes } from './api-keys/api-keys.routes.ts'
import { config } from './config.ts'
import { services } from './cradle.ts'
import { createFirstAdministrator } from './first-administrator.ts'
import { migrations } from './migrations/index.ts'
import { publishes } from './published-views.ts'
import { purge } from './purge.ts'
import { roleConfiguration } from './roles/roles.configuration.ts'
import { rolesRoutes } from './roles/roles.routes.ts'
import { editSecurity, securityPage } from './security.settings.ts'
import { authRoutes } from './sign-in/auth.routes.ts'
import { profileRoutes } from './users/profile.routes.ts'
import { usersRoutes } from './users/users.routes.ts'

export default definePlugin({
  id: 'identity',
  config,
  services,
  provides: { directory: users, presence },
  contributes: (add) => [
    add(authenticator, 'identity', ({ accessStates }) => accessStates),
    add(demoData, 'identity', ({ demoPeople }) => demoPeople),
    add(configuration, 'identity/roles', roleConfiguration),
    add(limitUsage, 'operators', ({ userStore }) => ({ used: () => userStore.countActive() })),
  ],
  permissions: [viewUsers, editUsers, deleteUsers, viewApiKeys, editApiKeys, editSecurity],
  settings: [securityPage],
  routes: (http) => [...authRoutes(http), ...profileRoutes(http), ...usersRoutes(http), ...rolesRoutes(http), ...apiKeysRoutes(http)],
  jobs: (job) => [
    job('presence-sweep', { payload: z.object({}), schedule: 'every 15s' }, (_payload, cradle) => cradle.presence.sweep()),
    job('purge', { payload: z.object({}), schedule: 'every 1h' }, (_payload, cradle) => purge(cradle)),
  ],
  migrations,
  publishes,
  init: (cradle) => createFirstAdministrator(cradle),
})
