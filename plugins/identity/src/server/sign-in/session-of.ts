import { ParleyError, type Actor } from '@parley/plugin-api'
import type { SessionActor } from './access-states.ts'

/** The signed-in person and session behind an actor; keys have neither. */
export function sessionOf(actor: Actor): { readonly userId: string; readonly sessionId: string } {
  const { sessionId } = actor as Partial<SessionActor>
  if (actor.kind !== 'user' || sessionId === undefined) throw new ParleyError('forbidden', 'This is for people. Sign in with login and password.')
  return { userId: actor.id, sessionId }
}
