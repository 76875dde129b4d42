import { useApi } from '@parley/ui-sdk'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { PermissionModule, Role } from '../identity-types.ts'

export interface RoleTable {
  readonly roles: Ref<Role[]>
  readonly modules: ShallowRef<readonly PermissionModule[]>
  readonly loading: Ref<boolean>
  readonly error: ShallowRef<unknown>
  load(): Promise<void>
}

/** The roles of the installation and the rows of their table. */
export function useRoleTable(): RoleTable {
  const api = useApi()
  const roles = ref<Role[]>([]) as Ref<Role[]>
  const modules = shallowRef<readonly PermissionModule[]>([])
  const loading = ref(false)
  const error = shallowRef<unknown>()

  async function load(): Promise<void> {
    loading.value = true
    error.value = undefined
    try {
      const answer = await api.get<{ roles: Role[]; modules: PermissionModule[] }>('roles')
      roles.value = answer.roles
      modules.value = answer.modules
    } catch (caught) {
      error.value = caught
    } finally {
      loading.value = false
    }
  }
  return { roles, modules, loading, error, load }
}
