import { isApiError, useApi, useSession, type ApiError } from '@parley/ui-sdk'
import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowReactive } from 'vue'
import type { Request } from '../../api/index.ts'
import { belongs, folderIds, inOrder, type FolderId } from './folders.ts'

interface FolderState {
  requests: Request[]
  cursor: string | undefined
  loaded: boolean
  loading: boolean
  error: ApiError | undefined
}

interface Page {
  readonly requests: Request[]
  readonly cursor?: string
}

type Folders = Record<'unassigned' | 'queue' | 'mine' | 'open' | 'unread', number> & { readonly bots: readonly string[] }

const empty = (): FolderState => ({ requests: [], cursor: undefined, loaded: false, loading: false, error: undefined })

/** Lists of requests, one a folder, patched as the server tells. */
export const useInbox = defineStore('operator-panel.inbox', () => {
  const api = useApi('operator-panel')
  const { user } = useSession()
  const folders = reactive(Object.fromEntries(folderIds.map((id) => [id, empty()])) as Record<FolderId, FolderState>)
  const counts = ref<Partial<Record<FolderId | 'unread', number>>>({})
  /** Whose requests are in the folders. */
  const bots = ref<readonly string[]>([])
  const search = ref('')
  /** Requests whose dialog is on the screen, wherever they stand: a request that is taken leaves its folder, not the screen. */
  const open = shallowReactive(new Map<string, Request>())
  /** Which answer is still wanted: a slower earlier one must not overwrite a later one. */
  const asked: Partial<Record<FolderId, number>> = {}
  const userId = computed(() => user.value?.id ?? '')

  async function load(folder: FolderId, more = false): Promise<void> {
    const state = folders[folder]
    if (more && (state.loading || state.cursor === undefined)) return
    const turn = (asked[folder] = (asked[folder] ?? 0) + 1)
    state.loading = true
    try {
      const query = { folder, search: search.value || undefined, cursor: more ? state.cursor : undefined }
      const page = await api.get<Page>('requests', { query })
      if (turn !== asked[folder]) return
      state.requests = more ? merge(state.requests, page.requests) : newest(state.requests, page.requests)
      state.cursor = page.cursor
      state.error = undefined
      state.loaded = true
    } catch (error) {
      if (turn === asked[folder]) state.error = isApiError(error) ? error : undefined
      if (!isApiError(error)) throw error
    } finally {
      if (turn === asked[folder]) state.loading = false
    }
  }

  async function loadCounts(): Promise<void> {
    const { bots: seen, ...numbers } = await api.get<Folders>('folders')
    counts.value = numbers
    if (seen.join() !== bots.value.join()) bots.value = seen
  }

  /** Puts a newer state of a request where it belongs; an older one is ignored. */
  function patch(request: Request): void {
    const shownAs = open.get(request.id)
    if (shownAs !== undefined && shownAs.version < request.version) open.set(request.id, request)
    for (const id of folderIds) {
      const state = folders[id]
      const known = state.requests.find((each) => each.id === request.id)
      if (known !== undefined && known.version > request.version) continue
      const others = state.requests.filter((each) => each.id !== request.id)
      const shown = belongs(id, request, userId.value) && state.loaded && (known !== undefined || search.value === '')
      if (!shown && known === undefined) continue
      const listed = shown ? inOrder(id, [...others, request]) : others
      // what comes after the pages that are loaded comes with its page
      state.requests = state.cursor !== undefined && known === undefined && listed.at(-1) === request ? others : listed
    }
  }

  /** Takes a request out of the folders that everybody sees: somebody has it now. */
  function drop(id: string, version: number): void {
    for (const folder of ['unassigned', 'queue'] as const) {
      const state = folders[folder]
      state.requests = state.requests.filter((request) => request.id !== id || request.version > version)
    }
  }

  const find = (id: string): Request | undefined =>
    open.get(id) ?? folderIds.flatMap((folder) => folders[folder].requests).find((request) => request.id === id)

  return { folders, counts, bots, search, load, loadCounts, patch, drop, find, open }
})

/** A page as it is; of a request that was told of while the page was on its way, the newer state. */
const newest = (known: readonly Request[], page: readonly Request[]): Request[] => {
  const versions = new Map(known.map((request) => [request.id, request]))
  return page.map((request) => {
    const told = versions.get(request.id)
    return told !== undefined && told.version > request.version ? told : request
  })
}

const merge = (known: readonly Request[], page: readonly Request[]): Request[] => {
  const ids = new Set(page.map((request) => request.id))
  return [...known.filter((request) => !ids.has(request.id)), ...page]
}
