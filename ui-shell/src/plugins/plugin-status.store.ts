import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import type { PluginAbout } from './ui-descriptor.ts'

export type LoadStage = 'discovery' | 'style' | 'entry' | 'export' | 'registration' | 'render'

/** A plugin as this page sees it: what the host says of it, and how far its UI came. */
export interface PluginStatus {
  readonly id: string
  readonly version: string
  /** The host's word: `running`, `failed`, `blocked`, `unlicensed`, … */
  readonly serverState: string
  readonly reason?: string
  /** Of a plugin that is switched off, or that the licence does not include. */
  readonly about?: PluginAbout
  readonly ui: 'none' | 'pending' | 'registered' | 'failed'
  readonly stage?: LoadStage
  readonly error?: string
}

/** Which plugins there are and how they do; other plugins may read it too. */
export const usePluginStatus = defineStore('shell.plugin-status', () => {
  const byId = shallowReactive(new Map<string, PluginStatus>())
  return {
    all: computed(() => [...byId.values()]),
    get: (id: string): PluginStatus | undefined => byId.get(id),
    set: (status: PluginStatus): void => void byId.set(status.id, status),
    change(id: string, change: Partial<PluginStatus>): void {
      const now = byId.get(id)
      if (now) byId.set(id, { ...now, ...change })
    },
  }
})
