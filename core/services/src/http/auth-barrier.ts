import type { IncomingHttpHeaders } from 'node:http'
import type { Actor, Credentials, Permission } from '@parley/plugin-api'
import { ParleyError, permissionId } from '@parley/plugin-api'
import type { Endpoint } from './endpoint.ts'

export type Authenticate = (credentials: Credentials) => Promise<Actor | undefined>

export const anonymous: Actor = Object.freeze({ kind: 'anonymous', id: 'anonymous', name: 'Anonymous', can: () => false })

const header = /^(bearer|api-key) +(\S+)$/i

/** The token a request carries, if it carries one in a form that is understood. */
export const readCredentials = (headers: IncomingHttpHeaders, address: string): Credentials | undefined => {
  const { authorization } = headers
  if (authorization !== undefined) {
    const [, scheme, token] = header.exec(authorization.trim()) ?? []
    return scheme === undefined ? undefined : { scheme: scheme.toLowerCase() as 'bearer' | 'api-key', token: token!, address }
  }
  const token = headers['x-auth-token']
  return typeof token === 'string' && token !== '' ? { scheme: 'x-auth-token', token, address } : undefined
}

const unauthenticated = (message: string): ParleyError => new ParleyError('unauthenticated', message)

/** Default deny: without `public` or `webhook` nobody passes who is not a known user or API key. */
export const admit = async (endpoint: Endpoint, headers: IncomingHttpHeaders, address: string, authenticate: Authenticate): Promise<Actor> => {
  const credentials = readCredentials(headers, address)
  if (credentials === undefined) {
    throw unauthenticated('No credentials were sent. Sign in, or send "Authorization: Bearer …", "Authorization: API-Key …" or "x-auth-token".')
  }
  const actor = await authenticate(credentials)
  if (actor === undefined) throw unauthenticated('The token is not valid or no longer valid. Sign in again, or use another API key.')
  if (endpoint.auth === 'service' && actor.kind !== 'service')
    throw new ParleyError('forbidden', 'Only API keys may call this. Make one in Settings, API keys.')
  if (actor.kind !== 'user' && actor.kind !== 'service') throw new ParleyError('forbidden', 'Only signed-in users and API keys may call this.')
  return actor
}

export const requirePermission = (actor: Actor, permission: Permission, botId?: string): void => {
  if (botId === undefined ? actor.can(permission) : actor.can(permission, botId)) return
  const where = botId === undefined ? '' : ' for this bot'
  throw new ParleyError(
    'forbidden',
    `This needs the permission "${permissionId(permission)}" (${permission.title})${where}. Ask an administrator for it.`,
    {
      details: { permission: permissionId(permission), ...(botId === undefined ? {} : { botId }) },
    },
  )
}
