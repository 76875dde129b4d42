import { isApiError, topicReference, uniqueKey, useApi, useTopic, type ApiError } from '@parley/ui-sdk'
import type { dialogTopic, Message } from '@parley/plugin-conversations/api'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import type { Request } from '../../api/index.ts'
import { useInbox } from '../inbox/inbox.store.ts'
import { dialogRows, type PendingMessage } from './dialog-rows.ts'

interface Detail {
  readonly request: Request
  readonly textToOperator?: string
  readonly botSteps: readonly { at: string; node: string; text: string }[]
}

const dialog = topicReference<typeof dialogTopic>('conversations.dialog@1')
const typingShown = 6000

const stated = ({ state, reason, reasonWords }: Pick<Message, 'state' | 'reason' | 'reasonWords'>) => ({
  state,
  ...(reason === undefined ? {} : { reason }),
  ...(reasonWords === undefined ? {} : { reasonWords }),
})

const arrived = ['delivered', 'read']

/** What is known of a message already, when `next` says less: a receipt may be faster than the answer to the send that it is about. */
const furthest = (known: Message | undefined, next: Message): Message =>
  known !== undefined && arrived.indexOf(known.state) > arrived.indexOf(next.state) ? { ...next, state: known.state } : next

/** One dialog: its messages as they come, what is being sent, and what can be done with its request. */
export function useDialog(requestId: string) {
  const api = useApi()
  const inbox = useInbox()
  const detail = shallowRef<Detail>()
  const messages = shallowRef<readonly Message[]>([])
  const pending = ref<PendingMessage[]>([])
  const more = ref(false)
  const loadingMore = ref(false)
  const error = shallowRef<ApiError>()
  const typing = ref('')
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  const request = computed(() => newer(inbox.find(requestId), detail.value?.request))
  const rows = computed(() => dialogRows(messages.value, pending.value, request.value?.conversationId ?? ''))
  const path = (rest = ''): string => `requests/${requestId}${rest}`

  async function load(): Promise<void> {
    try {
      const [found, page] = await Promise.all([
        api.get<Detail>(path()),
        api.get<{ messages: Message[]; more: boolean }>(path('/messages'), { query: { limit: 50 } }),
      ])
      detail.value = found
      // A reload keeps older pages that are on the screen, when the new page reaches them.
      const first = page.messages[0]?.number ?? 0
      const older = messages.value.filter((message) => message.number < first)
      const joined = older.length > 0 && page.more
      // What came while the answer was on its way is not in it.
      const known = new Map(messages.value.map((message) => [message.id, message]))
      const last = page.messages.at(-1)?.number ?? 0
      const later = messages.value.filter((message) => message.number > last)
      messages.value = [...(joined ? older : []), ...page.messages.map((message) => furthest(known.get(message.id), message)), ...later]
      more.value = joined ? more.value : page.more
      error.value = undefined
      forget()
      inbox.open.set(requestId, newer(inbox.open.get(requestId), found.request)!)
      inbox.patch(found.request)
      await read()
    } catch (problem) {
      if (!isApiError(problem)) throw problem
      error.value = problem
    }
  }

  async function loadOlder(): Promise<void> {
    const first = messages.value[0]
    if (!more.value || loadingMore.value || first === undefined) return
    loadingMore.value = true
    try {
      const page = await api.get<{ messages: Message[]; more: boolean }>(path('/messages'), { query: { before: first.number, limit: 50 } })
      messages.value = [...page.messages, ...messages.value]
      more.value = page.more
    } finally {
      loadingMore.value = false
    }
  }

  function take(told: Message): void {
    const others = messages.value.filter((each) => each.id !== told.id)
    const known = messages.value.find((each) => each.id === told.id)
    const message = furthest(known, told)
    const index = others.findLastIndex((each) => each.number < message.number)
    messages.value = [...others.slice(0, index + 1), message, ...others.slice(index + 1)]
    forget()
    if (message.direction === 'in') {
      typing.value = ''
      void read()
    }
  }

  /** What the server has is no longer pending. */
  function forget(): void {
    const keys = new Set(messages.value.map((message) => message.clientKey))
    pending.value = pending.value.filter((each) => !keys.has(each.clientKey))
  }

  async function read(): Promise<void> {
    if (document.visibilityState === 'visible' && (request.value?.unread ?? 0) > 0) await api.post(path('/read')).catch(() => undefined)
  }

  function write(content: Message['content'], note = false): void {
    const item: PendingMessage = { clientKey: uniqueKey(), content, note, at: new Date().toISOString() }
    pending.value = [...pending.value, item]
    void deliver(item)
  }

  /** The key makes a repeated call harmless, so a lost answer can simply be tried again. */
  async function deliver(item: PendingMessage): Promise<void> {
    try {
      const body =
        item.content.kind === 'note' ? { text: item.content.text, clientKey: item.clientKey } : { content: item.content, clientKey: item.clientKey }
      await api.post(path(item.note ? '/notes' : '/messages'), body, { idempotencyKey: item.clientKey })
    } catch (problem) {
      const reason = isApiError(problem) ? problem.detail : String(problem)
      pending.value = pending.value.map((each) => (each.clientKey === item.clientKey ? { ...each, failed: reason } : each))
    }
  }

  function retry(clientKey: string): void {
    const item = pending.value.find((each) => each.clientKey === clientKey)
    if (item === undefined) return
    pending.value = pending.value.map((each) => (each.clientKey === clientKey ? { ...each, failed: undefined as never } : each))
    void deliver(item)
  }

  const discard = (clientKey: string): void => void (pending.value = pending.value.filter((each) => each.clientKey !== clientKey))

  const act = async (action: 'take' | 'transfer' | 'close', body?: object): Promise<void> => {
    const answer = await api.post<Request | undefined>(path(`/${action}`), body)
    if (answer?.id !== undefined) inbox.patch(answer)
    else await load()
  }

  /** Decides on a message the channel did not confirm: send again, or leave it. */
  const decide = (messageId: string, decision: 'retry' | 'discard'): Promise<void> =>
    api.post(`/api/v1/conversations/messages/${messageId}/${decision}`)

  useTopic(
    dialog,
    () => (request.value ? { conversationId: request.value.conversationId } : undefined),
    (event) => {
      if (event.type === 'message') take(event.message)
      else if (event.type === 'state') {
        messages.value = messages.value.map((each) => (each.id === event.messageId ? furthest(each, { ...each, ...stated(event) }) : each))
      } else if (event.by.kind === 'client') {
        typing.value = event.by.name ?? request.value?.clientName ?? ''
        clearTimeout(typingTimer)
        typingTimer = setTimeout(() => (typing.value = ''), typingShown)
      }
    },
    { refetch: load },
  )
  void load()
  onScopeDispose(() => inbox.open.delete(requestId))

  return {
    request,
    detail,
    rows,
    more,
    loadingMore,
    error,
    typing,
    load,
    loadOlder,
    write,
    retry,
    discard,
    act,
    decide,
    sendTyping: () => void api.post(path('/typing')).catch(() => undefined),
  }
}

export type Dialog = ReturnType<typeof useDialog>

const newer = (a: Request | undefined, b: Request | undefined): Request | undefined => (a && b ? (a.version >= b.version ? a : b) : (a ?? b))
