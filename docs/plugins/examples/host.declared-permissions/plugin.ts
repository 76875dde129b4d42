import { declaredPermissions, definePlugin, permission, permissionId } from '@parley/plugin-api'

const readRights = permission('rights-book', 'view', 'See which rights there are')

export default definePlugin({
  id: 'rights-book',
  permissions: [readRights],
  routes: (http) => [
    http.get('/', { permission: readRights, summary: 'Rights of all running plugins' }, async (_call, { points }) => ({
      rights: [...points.get(declaredPermissions)].flatMap(([plugin, permissions]) =>
        permissions.map((one) => ({ plugin, id: permissionId(one), title: one.title })),
      ),
    })),
  ],
})
