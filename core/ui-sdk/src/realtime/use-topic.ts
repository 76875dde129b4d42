import type { TopicType } from '@parley/plugin-api'
import { onScopeDispose, readonly, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { useRuntime } from '../runtime.ts'
import { stableJson } from './stable-json.ts'
import type { TopicProblem } from './topic-client.ts'

declare const types: unique symbol

/** A topic by id alone, so that a screen does not ship the schemas of the plugin that declares it. */
export interface TopicReference<K, P> {
  readonly id: string
  readonly [types]?: (key: K, payload: P) => void
}

type ReferenceTo<T> = T extends TopicType<infer K, infer P> ? TopicReference<K, P> : never

/**
 * @example import type { requestsTopic } from '@parley/plugin-operator-panel/api'
 * const requests = topicReference<typeof requestsTopic>('operator-panel.requests@1')
 */
export const topicReference = <T extends TopicType<any, any>>(id: T['id']): ReferenceTo<T> => ({ id }) as ReferenceTo<T>

/** How a screen comes by what it missed. */
export interface TopicOptions {
  /**
   * Reads the whole again: called when the subscription stands, after a gap in the sequence and after a lost connection. Calls do not overlap:
   * one that comes meanwhile is made afterwards.
   */
  readonly refetch: () => unknown
}

/**
 * Live messages of a topic for a key; `undefined` as key follows nothing. Ends with the component or store that called it.
 *
 * @example
 * const { state } = useTopic(requests, () => ({ userId: user.value.id }), ({ request }) => patch(request), { refetch: load })
 */
export function useTopic<K, P>(
  topic: TopicType<K, P> | TopicReference<K, P>,
  key: MaybeRefOrGetter<K | undefined>,
  handler: (payload: P) => void,
  { refetch }: TopicOptions,
): { readonly state: Readonly<Ref<'waiting' | 'live' | 'refused'>>; readonly problem: Readonly<Ref<TopicProblem | undefined>> } {
  const { topics } = useRuntime()
  const state = ref<'waiting' | 'live' | 'refused'>('waiting')
  const problem = ref<TopicProblem>()
  let running = false
  let again = false
  let end: (() => void) | undefined

  async function read(): Promise<void> {
    again = true
    if (running) return
    running = true
    try {
      while (again && end) {
        again = false
        await refetch()
      }
    } finally {
      running = false
    }
  }

  function follow(value: K | undefined): void {
    end?.()
    end = undefined
    state.value = 'waiting'
    problem.value = undefined
    if (value === undefined) return
    let now = true
    const leave = topics.subscribe(topic.id, value, {
      message: (payload) => now && handler(payload as P),
      resync: () => {
        state.value = 'live'
        // a failed read shows in the screen's own error state; the next resync tries again
        queueMicrotask(() => void (now && read().catch(() => undefined)))
      },
      refused: (reason) => {
        state.value = 'refused'
        problem.value = reason
      },
    })
    end = () => {
      now = false
      leave()
    }
  }

  watch(
    () => stableJson(toValue(key)),
    () => follow(toValue(key)),
    { immediate: true },
  )
  onScopeDispose(() => {
    end?.()
    end = undefined
  })
  return { state: readonly(state), problem: readonly(problem) }
}
