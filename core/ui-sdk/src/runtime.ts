import { inject, type Component, type InjectionKey } from 'vue'
import type { ApiClient } from './api/api-client.ts'
import type { CommandRegistry } from './commands/command-registry.ts'
import type { PageStack } from './page/page-stack.ts'
import type { UnsavedWork } from './page/unsaved-work.ts'
import type { UiPoints } from './points/ui-points.ts'
import type { Preferences } from './preferences.ts'
import type { TopicClient } from './realtime/topic-client.ts'
import type { Session } from './session/session.ts'
import type { Texts } from './text/texts.ts'

/** What the shell gives to every plugin, at app level; plugins reach it through the `use…` functions only. */
export interface UiRuntime {
  readonly api: ApiClient
  readonly session: Session
  readonly topics: TopicClient
  readonly points: UiPoints
  readonly commands: CommandRegistry
  readonly texts: Texts
  readonly pages: PageStack
  readonly unsaved: UnsavedWork
  readonly preferences: Preferences
  /** Draws what is left of a part that failed. */
  readonly failure: Component
  /** Tells the shell that a plugin's part failed, for the status store and the console. */
  report(pluginId: string, error: unknown): void
}

/** @internal */
export const runtimeKey: InjectionKey<UiRuntime> = Symbol.for('parley.ui.runtime') as InjectionKey<UiRuntime>

/** @internal */
export function useRuntime(): UiRuntime {
  const runtime = inject(runtimeKey, undefined)
  if (!runtime) throw new Error('"@parley/ui-sdk" works inside the shell, or in a test with `createTestUi()` of @parley/ui-sdk/testing.')
  return runtime
}
