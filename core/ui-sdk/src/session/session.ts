import { readonly, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { ApiError, problemOf } from '../api/api-error.ts'

/** The person who is signed in, as far as screens need to know. */
export interface SessionUser {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
  /** `module.verb`; `*` stands for all. */
  readonly permissions: readonly string[]
  readonly avatarUrl?: string
}

export type SessionState = 'restoring' | 'signed-in' | 'signed-out' | 'unreachable'

/** Who is signed in. The access token lives in memory only; a reload restores it by the httpOnly refresh cookie. */
export interface Session {
  readonly state: Readonly<Ref<SessionState>>
  readonly user: Readonly<ShallowRef<SessionUser | undefined>>
  can(permission: string): boolean
  token(): string | undefined
  restore(): Promise<void>
  signIn(credentials: { readonly login: string; readonly password: string }): Promise<void>
  /** One at a time for all callers and tabs; false when the person has to sign in again. */
  refresh(): Promise<boolean>
  /** Reads the person's name and rights again. */
  reload(): Promise<void>
  signOut(): Promise<void>
}

export interface SessionParts {
  readonly fetch: typeof fetch
  readonly words: () => { readonly network: string; readonly unexpected: string }
}

const auth = '/api/v1/auth'

/** Rotating refresh tokens allow one refresh at a time: two tabs with the same cookie would look like a theft. */
const alone = <T>(work: () => Promise<T>): Promise<T> => {
  const locks = globalThis.navigator?.locks as LockManager | undefined
  return locks ? (locks.request('parley-refresh', work) as Promise<T>) : work()
}

/** @internal */
export function createSession({ fetch, words }: SessionParts): Session {
  const state = ref<SessionState>('restoring')
  const user = shallowRef<SessionUser>()
  let token: string | undefined
  let refreshing: Promise<boolean> | undefined

  async function call(path: string, init: RequestInit): Promise<unknown> {
    const answer = await fetch(auth + path, { credentials: 'same-origin', ...init }).catch((cause: unknown) => {
      throw new ApiError({ code: 'network', status: 0, detail: words().network, cause })
    })
    const text = await answer.text()
    if (!answer.ok) throw problemOf(answer.status, text, words().unexpected)
    return text === '' ? undefined : JSON.parse(text)
  }
  const post = (path: string, body?: unknown): Promise<unknown> =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body ?? {}),
    })
  const reload = async (): Promise<void> => {
    user.value = (await call('/me', { headers: { authorization: `Bearer ${token ?? ''}` } })) as SessionUser
  }
  const end = (): void => {
    token = undefined
    user.value = undefined
    state.value = 'signed-out'
  }

  async function refresh(): Promise<boolean> {
    try {
      token = ((await alone(() => post('/refresh'))) as { accessToken: string }).accessToken
      return true
    } catch (error) {
      const { status } = error as ApiError
      if (status !== 401 && status !== 403 && status !== 400) throw error
      end()
      return false
    }
  }

  const session: Session = {
    state: readonly(state),
    user,
    can: (permission) => Boolean(user.value?.permissions.some((own) => own === permission || own === '*')),
    token: () => token,
    reload,
    async restore() {
      state.value = 'restoring'
      try {
        if (!(await session.refresh())) return
        await reload()
        state.value = 'signed-in'
      } catch (error) {
        if ((error as ApiError).status === 401) end()
        else state.value = 'unreachable'
      }
    },
    async signIn(credentials) {
      token = undefined
      token = ((await post('/login', credentials)) as { accessToken: string }).accessToken
      await reload()
      state.value = 'signed-in'
    },
    refresh() {
      refreshing ??= refresh().finally(() => (refreshing = undefined))
      return refreshing
    },
    async signOut() {
      // signed out here even when the server cannot be told; the cookie then ends by its own age
      await post('/logout').catch(() => undefined)
      end()
    },
  }
  return session
}
