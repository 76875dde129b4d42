import { ParleyError, type Actor, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import type { IdentityCradle } from '../cradle.ts'
import { pageOf, pageQuery, readCursor, timeAndId } from '../page-cursor.ts'
import type { SessionActor } from '../sign-in/access-states.ts'
import { sessionOf } from '../sign-in/session-of.ts'
import { name, pageSchema, password, session, shownUser } from './user-schemas.ts'

const sessionId = z.object({ sessionId: z.uuid() })

/** Everybody's own: needs no permission beyond being signed in. */
export const profileRoutes = (http: RouteBuilder<IdentityCradle>): readonly Route[] => [
  http.get('/profile', { response: shownUser, summary: 'The own profile' }, async ({ actor }, { userStore }) => {
    const user = await userStore.find(sessionOf(actor).userId)
    if (user === undefined) throw new ParleyError('unauthenticated', 'Sign in again.')
    return user
  }),
  http.patch(
    '/profile',
    { body: z.object({ firstName: name.optional(), lastName: name.optional() }), response: shownUser, summary: 'Changes the own name' },
    async ({ body, actor }, { directory }) => directory.update(actor, sessionOf(actor).userId, body),
  ),
  http.put(
    '/profile/password',
    {
      rateLimit: 20,
      body: z.object({ current: password, next: password }),
      summary: 'Changes the own password and ends the other sessions',
    },
    async ({ body, actor, address }, { passwordChanges }) => {
      const { userId, sessionId: keep } = sessionOf(actor)
      await passwordChanges.change({ id: userId, sessionId: keep, address }, body)
      return {}
    },
  ),
  http.get(
    '/profile/sessions',
    { query: pageQuery, response: pageSchema(session), summary: 'Where the caller is signed in' },
    async ({ query, actor }, cradle) => listSessions(sessionOf(actor).userId, query, actor, cradle),
  ),
  http.delete('/profile/sessions/:sessionId', { params: sessionId, summary: 'Ends one own session' }, async ({ params, actor }, { sessions }) => {
    await sessions.end(sessionOf(actor).userId, params.sessionId, 'ended by the person')
    return {}
  }),
  http.delete('/profile/sessions', { summary: 'Ends all own sessions but this one' }, async ({ actor }, { sessions }) => {
    const own = sessionOf(actor)
    return { ended: await sessions.endAll(own.userId, 'ended by the person', own.sessionId) }
  }),
]

export async function listSessions(userId: string, { cursor, limit }: z.infer<typeof pageQuery>, actor: Actor, { sessions }: IdentityCradle) {
  const at = readCursor(cursor, timeAndId)
  const before = at && { lastSeenAt: new Date(at[0]), id: at[1] }
  const page = pageOf(await sessions.list(userId, { before, limit: limit + 1 }), limit, (row) => [row.lastSeenAt, row.id])
  const own = (actor as Partial<SessionActor>).sessionId
  return { ...page, items: page.items.map((item) => ({ ...item, current: item.id === own })) }
}
