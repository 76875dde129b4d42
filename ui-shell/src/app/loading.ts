import { inject, readonly, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'

export interface Loading {
  readonly state: Readonly<Ref<'loading' | 'ready' | 'failed'>>
  readonly error: Readonly<ShallowRef<unknown>>
  /** Settles with the first success. */
  readonly done: Promise<void>
  start(): void
}

export const loadingKey: InjectionKey<Loading> = Symbol('loading')

export function useLoading(): Loading {
  const loading = inject(loadingKey)
  if (!loading) throw new Error('"useLoading" works inside the shell only.')
  return loading
}

/** Work the page waits for, which may be tried again. */
export function trackLoading(work: () => Promise<void>): Loading {
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const error = shallowRef<unknown>()
  let succeed: () => void = () => undefined
  const done = new Promise<void>((resolve) => (succeed = resolve))
  const start = (): void => {
    state.value = 'loading'
    work().then(
      () => {
        state.value = 'ready'
        succeed()
      },
      (caught: unknown) => {
        error.value = caught
        state.value = 'failed'
      },
    )
  }
  return { state: readonly(state), error, done, start }
}
