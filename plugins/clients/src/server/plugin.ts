import { configuration, definePlugin, demoData } from '@parley/plugin-api'
import { asClass } from 'awilix'
import * as api from '../api/index.ts'
import { ClientStore } from './client-store.ts'
import { clientRoutes } from './clients.routes.ts'
import { DemoClients } from './demo-clients.ts'
import { FieldStore } from './field-store.ts'
import { fieldConfiguration } from './fields.configuration.ts'
import { Fields } from './fields.ts'
import { migrations, views } from './migrations/index.ts'
import { People } from './people.ts'

export default definePlugin({
  id: 'clients',
  services: {
    clientStore: asClass(ClientStore).singleton(),
    demoClients: asClass(DemoClients).singleton(),
    fields: asClass(Fields).singleton(),
    fieldStore: asClass(FieldStore).singleton(),
    people: asClass(People).singleton(),
  },
  provides: { people: api.clients },
  contributes: (add) => [add(demoData, 'clients', ({ demoClients }) => demoClients), add(configuration, 'clients/fields', fieldConfiguration)],
  permissions: [api.viewClients, api.editClients],
  routes: clientRoutes,
  migrations,
  publishes: views,
})
