import type { Authenticator, Permission } from './actor.ts'
import type { Core } from './cradle.ts'
import { extensionPoint } from './references.ts'

/** Points the host itself owns. */
export const authenticator = extensionPoint<Authenticator>('host.authenticator@1', 'one')

/**
 * Read-only: the permissions of every running plugin by plugin id (`host` for the host's own), filled by the kernel from the declarations.
 * What the table of roles is drawn from. Nobody contributes to it.
 *
 * @example for (const [plugin, permissions] of points.get(declaredPermissions)) …
 */
export const declaredPermissions = extensionPoint<readonly Permission[]>('host.declared-permissions@1')

/**
 * How much of a limit of the licence is used, by the limit's name. Whoever asks `entitlements.limit` contributes it, so that people see it coming.
 *
 * @example add(limitUsage, 'operators', ({ userStore }) => ({ used: () => userStore.countActive() }))
 */
export interface LimitUsage {
  used(): Promise<number>
}

export const limitUsage = extensionPoint<LimitUsage>('host.limit-usage@1')

/** What `npm run demo` seeds and removes; called in graph order, removed in reverse order. */
export interface DemoData {
  /** Must be repeatable: a second run leaves the same data. */
  seed(context: DemoContext): Promise<void>
  remove(context: DemoContext): Promise<void>
}

/** What a plugin has at hand while it seeds its part of the demo. */
export interface DemoContext {
  readonly now: Date
  readonly log: Core['log']
  /** What earlier plugins left for later ones, by name: ids of operators, of the bot, of clients. */
  readonly shared: Map<string, unknown>
}

export const demoData = extensionPoint<DemoData>('host.demo-data@1')
