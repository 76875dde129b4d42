import type { LocalText } from './manifest.ts'

/** A named right. The role table on the screen is drawn from what plugins declare. */
export interface Permission {
  readonly module: string
  /** `view`, `edit`, `delete`, or a named special one such as `queue_status`. */
  readonly verb: string
  readonly title: string
  /** The title in every language, where the plugin's manifest has it: the kernel enters it, a plugin does not. */
  readonly words?: LocalText
  /** `bot`: may be granted for some bots only. */
  readonly scope: 'instance' | 'bot'
}

/** @example export const viewBots = permission('conversations', 'view', 'See bots and channels', 'bot') */
export const permission = (module: string, verb: string, title: string, scope: Permission['scope'] = 'instance'): Permission => ({
  module,
  verb,
  title,
  scope,
})

/** `module.verb`, the form in which roles store a permission and the shell asks for it. */
export const permissionId = (p: Permission): string => `${p.module}.${p.verb}`

/** Who acts: a person of the shell, an API key, a visitor with a signed token, nobody known, or the platform itself. */
export interface Actor {
  readonly kind: 'user' | 'service' | 'client' | 'anonymous' | 'system'
  readonly id: string
  /** For people to read in audit and logs. */
  readonly name: string
  /** Role keys of a user, for screens; rights are asked with `can`. */
  readonly roles?: readonly string[]
  /** Without `botId`, a right of scope `bot` holds when it holds for at least one bot: enough to enter, so check the very bot afterwards. */
  can(permission: Permission, botId?: string): boolean
}

/** What the host hands to the authenticator; the token may come from `Authorization`, `x-auth-token` or a socket's handshake. */
export interface Credentials {
  readonly scheme: 'bearer' | 'api-key' | 'x-auth-token'
  readonly token: string
  readonly address: string
}

/**
 * Contributed once, to the point `host.authenticator@1`. Core knows no user table.
 * `authenticate` answers `undefined` for credentials that are not (or no longer) valid.
 */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Actor | undefined>
}
