import { permissionId, type Permission } from '@parley/plugin-api'
import { computed, type ComputedRef } from 'vue'
import { useRuntime } from '../runtime.ts'
import type { SessionUser } from './session.ts'

/**
 * The signed-in person.
 *
 * @example const { user, signOut } = useSession(); const mine = computed(() => request.assignee?.id === user.value.id)
 */
export function useSession(): { readonly user: ComputedRef<SessionUser>; signOut(): Promise<void> } {
  const { session } = useRuntime()
  const nobody: SessionUser = { id: '', name: '', email: '', roles: [], permissions: [] }
  return { user: computed(() => session.user.value ?? nobody), signOut: () => session.signOut() }
}

/**
 * Whether the person may: `module.verb`, or the permission itself. The server decides again; this only hides what would be refused.
 *
 * @example const mayEdit = usePermission('operator_panel.edit')
 */
export function usePermission(permission: string | Permission): ComputedRef<boolean> {
  const { session } = useRuntime()
  const id = typeof permission === 'string' ? permission : permissionId(permission)
  return computed(() => session.can(id))
}
