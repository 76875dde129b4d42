import type { JsonSchema } from '@parley/ui-kit'
import { isApiError, useApi, useProblemText, type ApiError, type ApiIssue } from '@parley/ui-sdk'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Account, ChannelKind, Health } from '../bot-types.ts'
import { useBots } from '../bots.store.ts'
import { useWords } from '../use-words.ts'

/** What the form is about; with `account` a saved one is changed. */
export interface AccountSubject {
  readonly kind: ChannelKind
  readonly botId: string
  readonly account?: Account | undefined
}

/** The form of a channel account: entering, asking the provider, saving. Nothing typed is lost by a refusal. */
export function useAccountForm(subject: () => AccountSubject | undefined) {
  const api = useApi()
  const store = useBots()
  const { kindTitle } = useWords()
  const problemText = useProblemText()
  const title = ref('')
  const named = ref(false)
  const config = ref<Record<string, unknown>>({})
  const health = shallowRef<Health>()
  const problem = shallowRef<ApiError>()
  const busy = ref<'checking' | 'saving'>()

  const schema = computed<JsonSchema>(() => subject()?.kind.form ?? {})
  /** The server speaks of the body; the form knows only its part of it. */
  const issues = computed<ApiIssue[]>(() =>
    (problem.value?.issues ?? []).map(({ message, path = [] }) => ({ message, path: path[0] === 'config' ? path.slice(1) : path })),
  )
  const problemWords = computed(() => (problem.value === undefined || issues.value.length > 0 ? '' : problemText(problem.value)))

  function start(): void {
    const { kind, account } = subject() ?? {}
    title.value = account?.title ?? kindTitle(kind)
    named.value = account !== undefined
    config.value = structuredClone({ ...account?.config })
    health.value = undefined
    problem.value = undefined
  }

  // an answer is about what was asked, not about what was typed since
  watch(
    () => JSON.stringify(config.value),
    () => (health.value = undefined),
  )

  async function attempt<T>(what: 'checking' | 'saving', work: (of: AccountSubject) => Promise<T>): Promise<T | undefined> {
    const of = subject()
    if (of === undefined || busy.value !== undefined) return undefined
    busy.value = what
    problem.value = undefined
    try {
      return await work(of)
    } catch (error) {
      if (!isApiError(error)) throw error
      problem.value = error
      if (error.code === 'stale_write') await store.load()
      return undefined
    } finally {
      busy.value = undefined
    }
  }

  const words = (of: AccountSubject): string => title.value.trim() || kindTitle(of.kind)

  const check = (): Promise<void> =>
    attempt('checking', async (of) => {
      const { kind, botId, account } = of
      const body = { botId, channel: kind.kind, title: words(of), config: config.value, ...(account && { id: account.id }) }
      health.value = await api.post<Health>('accounts/check', body)
      if (!named.value && health.value.identity) title.value = health.value.identity.name
    }).then(() => undefined)

  const save = (): Promise<Account | undefined> =>
    attempt('saving', async (of) => {
      const { kind, botId, account } = of
      const saved = account
        ? await api.patch<Account>(`accounts/${account.id}`, { version: account.version, title: words(of), config: config.value })
        : await api.post<Account>('accounts', { botId, channel: kind.kind, title: words(of), config: config.value })
      store.putAccount(saved)
      return saved
    })

  return {
    title,
    config,
    schema,
    issues,
    problemWords,
    health,
    busy,
    start,
    check,
    save,
    /** From then on the name is the person's, not the provider's. */
    rename: (name: string): void => {
      title.value = name
      named.value = true
    },
  }
}

export type AccountFormState = ReturnType<typeof useAccountForm>
