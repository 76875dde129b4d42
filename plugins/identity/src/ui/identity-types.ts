import type { User } from '../api/index.ts'

export interface ShownUser extends User {
  readonly botIds?: readonly string[]
}

export interface Role {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly builtIn: boolean
  readonly fixed: boolean
  readonly permissions: readonly string[]
  readonly users: number
}

/** A row of the table of permissions. */
export interface PermissionModule {
  readonly module: string
  readonly plugin: string
  readonly permissions: readonly {
    readonly id: string
    readonly verb: string
    readonly title: string
    /** Of a plugin without screens. */
    readonly words?: Readonly<Record<string, string>>
    readonly scope: 'instance' | 'bot'
  }[]
}

export interface SessionInfo {
  readonly id: string
  readonly createdAt: string
  readonly lastSeenAt: string
  readonly address: string
  readonly userAgent: string
  readonly current: boolean
}

export interface ApiKeyInfo {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly prefix: string
  readonly permissions: readonly string[]
  readonly createdAt: string
  readonly expiresAt?: string
  readonly lastUsedAt?: string
  readonly owner: { readonly name: string; readonly active: boolean }
}

export interface Page<T> {
  readonly items: T[]
  readonly nextCursor?: string
}

export const fullName = ({ firstName, lastName, email }: Pick<ShownUser, 'firstName' | 'lastName' | 'email'>): string =>
  `${firstName} ${lastName}`.trim() || email
