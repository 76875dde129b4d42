import { isApiError, useApi } from '@parley/ui-sdk'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

/** A channel as its plugin declares it. */
export interface DeclaredChannel {
  readonly kind: string
  readonly title: string | Readonly<Record<string, string>>
  readonly icon: string
}

/** Channels that the panel has no words of its own for: asked for once, when the first of them is shown. */
export const useChannels = defineStore('operator-panel.channels', () => {
  const api = useApi('operator-panel')
  const declared = shallowRef<ReadonlyMap<string, DeclaredChannel>>(new Map())
  let asked = false

  async function need(): Promise<void> {
    if (asked) return
    asked = true
    try {
      const { channels } = await api.get<{ channels: DeclaredChannel[] }>('channels')
      declared.value = new Map(channels.map((channel) => [channel.kind, channel]))
    } catch (error) {
      // a name is no reason to disturb; the next badge asks again
      asked = false
      if (!isApiError(error)) throw error
    }
  }

  return { declared, need }
})
