import { useApi } from '@parley/ui-sdk'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface GeneratedPage {
  readonly plugin: string
  readonly id: string
  readonly title: string
  readonly scope: 'instance' | 'bot' | 'account'
}

/** Settings that plugins declare on the server; those without a page of their own get one drawn from the schema. */
export const useGeneratedSettings = defineStore('shell.generated-settings', () => {
  const api = useApi('shell')
  const pages = shallowRef<readonly GeneratedPage[]>([])
  let asked = false
  return {
    pages,
    async load(): Promise<void> {
      if (asked) return
      asked = true
      try {
        pages.value = await api.get<GeneratedPage[]>('/api/v1/settings')
      } catch {
        // the plugins' own pages are there without it; the next visit asks again
        asked = false
      }
    },
  }
})
