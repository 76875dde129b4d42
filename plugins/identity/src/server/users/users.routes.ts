import { ParleyError, reply, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { deleteUsers, editUsers, viewUsers } from '../../api/index.ts'
import type { IdentityCradle } from '../cradle.ts'
import { pageOf, pageQuery, readCursor } from '../page-cursor.ts'
import { listSessions } from './profile.routes.ts'
import { email, name, pageSchema, password, session, shownUser, userId } from './user-schemas.ts'

const roles = z.array(z.string().max(64)).max(50)
const botIds = z.array(z.string().max(128)).max(1_000)
const sortable = z.string().refine((text) => !text.includes('\u0000'))
const nameAndId = z.tuple([sortable, sortable, z.uuid()])
const yesNo = z.enum(['true', 'false']).transform((text) => text === 'true')

export const usersRoutes = (http: RouteBuilder<IdentityCradle>): readonly Route[] => [
  http.get(
    '/users',
    {
      permission: viewUsers,
      query: pageQuery.extend({ search: z.string().max(200).optional(), role: z.string().max(64).optional(), active: yesNo.optional() }),
      response: pageSchema(shownUser),
      summary: 'People by name; `search` looks at names and logins',
    },
    async ({ query: { cursor, limit, ...filter } }, { userStore }) => {
      const at = readCursor(cursor, nameAndId)
      const after = at && { lastName: at[0], firstName: at[1], id: at[2] }
      const rows = await userStore.list(filter, { after, limit: limit + 1 })
      return pageOf(rows, limit, (row) => [row.lastName, row.firstName, row.id])
    },
  ),
  http.get('/users/:id', { permission: viewUsers, params: userId, response: shownUser, summary: 'One person' }, async ({ params }, { userStore }) => {
    const found = await userStore.find(params.id)
    if (found === undefined) throw new ParleyError('not_found', 'This user does not exist. The person may have been deleted.')
    return found
  }),
  http.post(
    '/users',
    {
      permission: editUsers,
      body: z.object({
        email,
        firstName: name.default(''),
        lastName: name.default(''),
        roles: roles.min(1),
        botIds: botIds.optional(),
        password: password.optional(),
      }),
      response: shownUser,
      summary: 'Adds a person; without a password they choose one by a link',
    },
    async ({ body, actor }, { directory }) => directory.createBy(actor, body),
  ),
  http.patch(
    '/users/:id',
    {
      permission: editUsers,
      params: userId,
      body: z.object({
        email: email.optional(),
        firstName: name.optional(),
        lastName: name.optional(),
        roles: roles.min(1).optional(),
        botIds: botIds.optional(),
        active: z.boolean().optional(),
      }),
      response: shownUser,
      summary: 'Changes a person; `active: false` ends their sessions, `botIds: []` removes the limit to some bots',
    },
    async ({ params, body, actor }, { directory }) => directory.update(actor, params.id, body),
  ),
  http.delete(
    '/users/:id',
    { permission: deleteUsers, params: userId, summary: 'Removes a person and ends their sessions' },
    async ({ params, actor }, { directory }) => {
      await directory.removeBy(actor, params.id)
      return {}
    },
  ),
  http.post(
    '/users/:id/password-link',
    {
      permission: editUsers,
      params: userId,
      response: z.object({ path: z.string(), expiresAt: z.string() }),
      summary: 'A one-time link by which the person chooses a password; earlier links stop working',
    },
    async ({ params, actor }, { passwordChanges }) =>
      reply({ headers: { 'cache-control': 'no-store' }, body: await passwordChanges.createLink(actor, params.id) }),
  ),
  http.get(
    '/users/:id/sessions',
    { permission: viewUsers, params: userId, query: pageQuery, response: pageSchema(session), summary: 'Where the person is signed in' },
    async ({ params, query, actor }, cradle) => listSessions(params.id, query, actor, cradle),
  ),
  http.delete(
    '/users/:id/sessions/:sessionId',
    { permission: editUsers, params: userId.extend({ sessionId: z.uuid() }), summary: 'Ends one session of the person' },
    async ({ params, actor }, { directory, sessions }) => {
      await directory.assertMayManage(actor, params.id)
      await sessions.end(params.id, params.sessionId, 'ended by an administrator')
      return {}
    },
  ),
  http.delete(
    '/users/:id/sessions',
    { permission: editUsers, params: userId, summary: 'Ends all sessions of the person' },
    async ({ params, actor }, { directory, sessions }) => {
      await directory.assertMayManage(actor, params.id)
      return { ended: await sessions.endAll(params.id, 'ended by an administrator') }
    },
  ),
]
