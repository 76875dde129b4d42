import { permissionId, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { deleteUsers, editUsers, viewUsers } from '../../api/index.ts'
import type { IdentityCradle } from '../cradle.ts'
import type { Roles } from './roles.ts'

const permissionIds = z.array(z.string().max(128)).max(1_000)
const title = z.string().trim().min(1).max(80)
const description = z.string().trim().max(500).default('')
const params = z.object({ key: z.string().max(64) })
export const roleKey = z.string().regex(/^[a-z][a-z0-9_]{1,47}$/, 'use small Latin letters, digits and _, starting with a letter')

export const role = z.object({
  key: z.string(),
  title: z.string(),
  description: z.string(),
  builtIn: z.boolean(),
  fixed: z.boolean(),
  permissions: z.array(z.string()),
  users: z.number().int(),
})

/** The rows of the table: what every running plugin declares. */
const modules = z.array(
  z.object({
    module: z.string(),
    plugin: z.string(),
    permissions: z.array(
      z.object({
        id: z.string(),
        verb: z.string(),
        title: z.string(),
        words: z.object({ en: z.string(), uk: z.string() }).optional(),
        scope: z.enum(['instance', 'bot']),
      }),
    ),
  }),
)

const tableOf = (roles: Roles): z.infer<typeof modules> =>
  roles.declared().flatMap(({ plugin, permissions }) =>
    [...new Set(permissions.map(({ module }) => module))].map((module) => ({
      module,
      plugin,
      permissions: permissions
        .filter((permission) => permission.module === module)
        .map((permission) => ({
          id: permissionId(permission),
          verb: permission.verb,
          title: permission.title,
          ...(permission.words === undefined ? {} : { words: permission.words }),
          scope: permission.scope,
        })),
    })),
  )

export const rolesRoutes = (http: RouteBuilder<IdentityCradle>): readonly Route[] => [
  http.get(
    '/roles',
    { permission: viewUsers, response: z.object({ roles: z.array(role), modules }), summary: 'Roles and the table of permissions' },
    async (_call, { roles }) => ({ roles: await roles.list(), modules: tableOf(roles) }),
  ),
  http.get('/permissions', { response: modules, summary: 'The table of permissions of all running plugins' }, async (_call, { roles }) =>
    tableOf(roles),
  ),
  http.post(
    '/roles',
    {
      permission: editUsers,
      body: z.object({ key: roleKey.optional(), title, description, permissions: permissionIds }),
      response: role,
      summary: 'Adds a role',
    },
    async ({ body, actor }, { roles }) => roles.create(actor, body),
  ),
  http.put(
    '/roles/:key',
    {
      permission: editUsers,
      params,
      body: z.object({ title, description, permissions: permissionIds }),
      response: role,
      summary: 'Changes a role; of a built-in one only the permissions',
    },
    async ({ params: { key: wanted }, body, actor }, { roles }) => roles.update(actor, wanted, body),
  ),
  http.delete(
    '/roles/:key',
    { permission: deleteUsers, params, summary: 'Removes a role that nobody has' },
    async ({ params: { key: wanted }, actor }, { roles }) => {
      await roles.remove(actor, wanted)
      return {}
    },
  ),
]
