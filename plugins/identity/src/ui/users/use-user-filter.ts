import { reactive, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface UserFilter {
  search: string
  /** A role's key, or `any`. */
  role: string
  active: 'true' | 'false' | 'any'
}

const pause = 200

/** The filter of the list, kept in the address so that it survives a reload and can be sent to somebody. */
export function useUserFilter(changed: () => void): UserFilter {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string, otherwise: string): string => (typeof route.query[name] === 'string' ? route.query[name] : otherwise)
  const state = text('active', 'true')
  const filter = reactive<UserFilter>({
    search: text('search', ''),
    role: text('role', 'any'),
    active: state === 'false' || state === 'any' ? state : 'true',
  })
  let timer: ReturnType<typeof setTimeout> | undefined

  function apply(): void {
    const { search, role, active } = filter
    const query = { ...(search ? { search } : {}), ...(role === 'any' ? {} : { role }), ...(active === 'true' ? {} : { active }) }
    void router.replace({ query })
    changed()
  }

  watch(
    () => [filter.role, filter.active],
    () => apply(),
  )
  watch(
    () => filter.search,
    () => {
      clearTimeout(timer)
      timer = setTimeout(apply, pause)
    },
  )
  return filter
}
