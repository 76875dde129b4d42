import { isApiError, useApi } from '@parley/ui-sdk'
import { computed, ref, watch, type Ref } from 'vue'
import type { Draft, ScenarioSummary, Version } from './scenario-types.ts'

/** Every bot with what it has of a scenario. */
export const useScenarioList = () => {
  const api = useApi()
  const items = ref<readonly ScenarioSummary[]>([])
  const loading = ref(true)
  const error = ref<unknown>()

  const load = async (): Promise<void> => {
    loading.value = true
    try {
      items.value = await api.get<ScenarioSummary[]>('scenarios')
      error.value = undefined
    } catch (problem) {
      error.value = problem
    } finally {
      loading.value = false
    }
  }
  return { items, loading, error, load }
}

/** One bot's draft and versions; a bot without a scenario has no draft and no error. */
export const useScenario = (botId: Ref<string>) => {
  const api = useApi()
  const draft = ref<Draft>()
  const versions = ref<readonly Version[]>([])
  const loading = ref(true)
  const error = ref<unknown>()
  let asked = 0

  const load = async (): Promise<void> => {
    const turn = ++asked
    loading.value = true
    try {
      const [found, published] = await Promise.all([
        api
          .get<Draft>(`bots/${botId.value}/draft`)
          .catch((problem: unknown) => (isApiError(problem, 'not_found') ? undefined : Promise.reject(problem))),
        api.get<Version[]>(`bots/${botId.value}/versions`),
      ])
      if (turn !== asked) return
      draft.value = found
      versions.value = published
      error.value = undefined
    } catch (problem) {
      if (turn === asked) error.value = problem
    } finally {
      if (turn === asked) loading.value = false
    }
  }

  watch(
    botId,
    () => {
      draft.value = undefined
      versions.value = []
      void load()
    },
    { immediate: true },
  )

  const problems = computed(() => draft.value?.problems ?? [])
  const errors = computed(() => problems.value.filter(({ level }) => level === 'error'))
  return { draft, versions, problems, errors, loading, error, load }
}
