import { ParleyError, permissionId, reply, type Call, type Reply, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import type { IdentityCradle } from '../cradle.ts'
import { securityPage } from '../security.settings.ts'
import type { Origin, Tokens } from '../sessions/sessions.ts'
import { sessionOf } from './session-of.ts'
import { clearRefreshCookie, readRefreshCookie, writeRefreshCookie } from './refresh-cookie.ts'

const tokens = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresIn: z.number().int() })
const refreshBody = z.object({ refreshToken: z.string().max(500).optional() }).optional()
const me = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(z.string()),
  /** `module.verb` */
  permissions: z.array(z.string()),
  avatarUrl: z.string().optional(),
})

type AnyCall = Pick<Call<unknown, unknown, unknown>, 'headers' | 'address' | 'origin'>
const originOf = ({ headers, address }: AnyCall): Origin => ({ address, userAgent: headers['user-agent'] ?? '' })
const isSecure = ({ origin }: AnyCall): boolean => origin.startsWith('https:')

async function signedIn(call: AnyCall, issued: Tokens, { settings }: IdentityCradle): Promise<Reply> {
  const { sessionDays } = await settings.get(securityPage)
  const cookie = writeRefreshCookie(issued.refreshToken, { secure: isSecure(call), maxAge: sessionDays * 86_400 })
  return reply({ headers: { 'set-cookie': cookie, 'cache-control': 'no-store' }, body: issued })
}

export const authRoutes = (http: RouteBuilder<IdentityCradle>): readonly Route[] => [
  http.post(
    '/auth/login',
    {
      auth: 'public',
      aliases: ['/api/v1/auth/login'],
      body: z.object({ login: z.string().min(1).max(254), password: z.string().min(1).max(256) }),
      response: tokens,
      summary: 'Signs in with login and password',
    },
    async (call, cradle) => signedIn(call, await cradle.signIn.signIn(call.body, originOf(call)), cradle),
  ),
  http.post(
    '/auth/refresh',
    {
      auth: 'public',
      aliases: ['/api/v1/auth/refresh'],
      body: refreshBody,
      response: tokens,
      unaudited: 'a session that goes on; its beginning and its end are recorded',
      summary: 'Exchanges a refresh token, from the body or the cookie, for new tokens; each can be used once',
    },
    async (call, cradle) => {
      const token = call.body?.refreshToken ?? readRefreshCookie(call.headers['cookie'])
      if (token === undefined) throw new ParleyError('unauthenticated', 'There is no refresh token. Sign in.')
      return signedIn(call, await cradle.sessions.refresh(token, originOf(call)), cradle)
    },
  ),
  http.post(
    '/auth/logout',
    {
      auth: 'public',
      aliases: ['/api/v1/auth/logout'],
      body: refreshBody,
      unaudited: 'the end of a session is recorded where there was one',
      summary: 'Ends the session of the refresh token',
    },
    async (call, { sessions }) => {
      const token = call.body?.refreshToken ?? readRefreshCookie(call.headers['cookie'])
      if (token !== undefined) await sessions.endByToken(token)
      return reply({ headers: { 'set-cookie': clearRefreshCookie({ secure: isSecure(call) }) }, body: {} })
    },
  ),
  http.get(
    '/auth/me',
    { aliases: ['/api/v1/auth/me'], response: me, summary: 'Who is signed in, and what they may do' },
    async ({ actor }, { directory, roles }) => {
      const user = actor.kind === 'user' ? await directory.get(actor.id) : undefined
      return {
        id: actor.id,
        name: actor.name,
        email: user?.email ?? '',
        roles: [...(actor.roles ?? [])],
        permissions: roles
          .declaredPermissions()
          .filter((permission) => actor.can(permission))
          .map(permissionId),
        ...(user?.avatarUrl === undefined ? {} : { avatarUrl: user.avatarUrl }),
      }
    },
  ),
  http.post(
    '/auth/new-password',
    {
      auth: 'public',
      aliases: ['/api/v1/auth/new-password'],
      rateLimit: 20,
      body: z.object({ token: z.string().min(20).max(100), password: z.string().min(1).max(256) }),
      summary: 'Chooses a password by a one-time link',
    },
    async ({ body }, { passwordChanges }) => {
      await passwordChanges.useLink(body.token, body.password)
      return {}
    },
  ),
  http.post(
    '/presence',
    { unaudited: 'a sign of life, every half a minute', summary: 'Says that the caller has the shell open' },
    async ({ actor }, { presence }) => {
      await presence.touch(sessionOf(actor).userId)
      return {}
    },
  ),
]
