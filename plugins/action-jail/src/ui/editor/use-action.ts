import { isApiError, useApi, useDrafts, usePermission } from '@parley/ui-sdk'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { ActionProblem } from '../../api/index.ts'
import type { ActionFields, ActionForm, CheckResult, LoadedAction } from '../action-types.ts'
import { fieldsOf, freshFields, lineOfPath, parseConfig } from './action-fields.ts'

/** What somebody has written and not saved. */
interface Draft {
  /** The version it began from; 0 for a new action. */
  readonly from: number
  readonly fields: ActionFields
}

const checkAfter = 500
export const newAction = 'new'

const bodyOf = ({ id: _id, configText: _text, ...fields }: ActionFields, config: object) => ({ ...fields, config })

/** One action: what is saved, what is written, what is wrong with it. */
export function useAction(key: Ref<string>, draftKey: () => string, template: () => Promise<ActionFields | undefined>) {
  const api = useApi()
  const saved = shallowRef<LoadedAction>()
  const origin = ref<ActionFields>(freshFields())
  const loading = ref(true)
  const saving = ref(false)
  const error = ref<unknown>()
  const checked = shallowRef<CheckResult>({ problems: [] })
  const form = shallowRef<ActionForm>()
  const { draft, clear } = useDrafts<Draft | null>(() => `action-jail:${draftKey()}`, null)
  const mayEdit = usePermission('action_jail.edit')
  let asked = 0
  let checks = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const isNew = computed(() => key.value === newAction)
  const fields = computed(() => draft.value?.fields ?? origin.value)
  const dirty = computed(() => draft.value !== null && JSON.stringify(draft.value.fields) !== JSON.stringify(origin.value))
  /** Somebody saved since the text on this page was begun. */
  const stale = computed(() => dirty.value && !isNew.value && saved.value !== undefined && draft.value!.from !== saved.value.version)
  const parsed = computed(() => parseConfig(fields.value.configText))
  const problems = computed<readonly ActionProblem[]>(() => {
    const { problem } = parsed.value
    const broken: ActionProblem[] =
      problem === undefined
        ? []
        : [
            {
              ...{ level: 'error', part: 'config', code: 'config_json', message: problem.message, values: { reason: problem.message } },
              ...(problem.line === undefined ? {} : { line: problem.line }),
            },
          ]
    const found = checked.value.problems.filter(({ part }) => problem === undefined || part !== 'config')
    // nobody has been asked for the id yet
    const unasked = isNew.value && fields.value.id === freshFields().id
    return [
      ...broken,
      ...found
        .filter(({ code }) => !(unasked && code === 'id_wrong'))
        .map((one) => (one.part === 'config' ? { ...one, line: lineOfPath(fields.value.configText, one.path ?? '') } : one)),
    ]
  })

  function edit(change: Partial<ActionFields>): void {
    draft.value = { from: draft.value?.from ?? saved.value?.version ?? 0, fields: { ...fields.value, ...change } }
  }

  async function load(): Promise<void> {
    const turn = ++asked
    loading.value = true
    try {
      const found = isNew.value ? undefined : await api.get<LoadedAction>(`actions/${key.value}`)
      const fresh = found === undefined ? ((await template()) ?? freshFields()) : fieldsOf(found)
      if (turn !== asked) return
      saved.value = found
      origin.value = fresh
      error.value = undefined
      form.value = found?.form
      void check()
    } catch (problem) {
      if (turn === asked) error.value = problem
    } finally {
      if (turn === asked) loading.value = false
    }
  }

  /** Asks the server what is wrong; answers whether it can be saved. Who may not edit has nothing to check. */
  async function check(): Promise<boolean> {
    clearTimeout(timer)
    if (!mayEdit.value) return false
    const turn = ++checks
    const { id, code } = fields.value
    try {
      const result = await api.post<CheckResult>('check', { id, code, config: parsed.value.config ?? {} })
      // a later check knows more
      if (turn !== checks) return result.problems.every(({ level }) => level !== 'error')
      checked.value = result
      if (result.form !== undefined && parsed.value.config !== undefined) form.value = result.form
    } catch (problem) {
      if (!isApiError(problem)) throw problem
      // what cannot be checked now is checked again when it is saved
    }
    return problems.value.every(({ level }) => level !== 'error')
  }

  /** Answers what is saved now; throws what the server says. */
  async function save(): Promise<LoadedAction | undefined> {
    const { config } = parsed.value
    saving.value = true
    try {
      if (!(await check()) || config === undefined) return undefined
      const body = bodyOf(fields.value, config)
      const action = isNew.value
        ? await api.post<LoadedAction>('actions', { id: fields.value.id, ...body })
        : await api.put<LoadedAction>(`actions/${key.value}`, { version: draft.value?.from ?? saved.value?.version, ...body })
      saved.value = { ...action, uses: saved.value?.uses ?? [] }
      origin.value = fieldsOf(action)
      clear()
      return saved.value
    } catch (problem) {
      if (isApiError(problem, 'stale_write')) await load()
      throw problem
    } finally {
      saving.value = false
    }
  }

  /** What is written takes the place of what somebody else saved. */
  function saveOver(): void {
    if (draft.value !== null && saved.value !== undefined) draft.value = { ...draft.value, from: saved.value.version }
  }

  watch(draftKey, load, { immediate: true })
  watch(
    () => JSON.stringify([fields.value.id, fields.value.code, fields.value.configText]),
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void check(), checkAfter)
    },
  )

  return { saved, fields, edit, dirty, stale, isNew, loading, saving, error, problems, parsed, form, load, save, saveOver, discard: clear }
}
