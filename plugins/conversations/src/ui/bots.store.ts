import { isApiError, useApi, type ApiError } from '@parley/ui-sdk'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Account, Bot, ChannelKind } from './bot-types.ts'

const withOne = <T extends { readonly id: string }>(list: readonly T[], one: T): readonly T[] =>
  list.some(({ id }) => id === one.id) ? list.map((other) => (other.id === one.id ? one : other)) : [...list, one]

/** Bots, their connected accounts, and the kinds of channel there are. Few of each, so they are loaded whole. */
export const useBots = defineStore('conversations.bots', () => {
  const api = useApi('conversations')
  const bots = shallowRef<readonly Bot[]>([])
  const accounts = shallowRef<readonly Account[]>([])
  const kinds = shallowRef<readonly ChannelKind[]>([])
  const loading = ref(false)
  const loaded = ref(false)
  const error = shallowRef<ApiError>()

  async function load(): Promise<void> {
    loading.value = true
    try {
      const [someBots, someAccounts, someKinds] = await Promise.all([
        api.get<{ bots: Bot[] }>('bots'),
        api.get<{ accounts: Account[] }>('accounts'),
        api.get<{ channels: ChannelKind[] }>('channels'),
      ])
      bots.value = someBots.bots
      accounts.value = someAccounts.accounts
      kinds.value = [...someKinds.channels].sort((one, other) => (one.about?.order ?? 50) - (other.about?.order ?? 50))
      loaded.value = true
      error.value = undefined
    } catch (problem) {
      if (!isApiError(problem)) throw problem
      error.value = problem
    } finally {
      loading.value = false
    }
  }

  return {
    bots,
    accounts,
    kinds,
    loading,
    loaded,
    error,
    load,
    accountsOf: (botId: string): readonly Account[] => accounts.value.filter((account) => account.botId === botId),
    kindOf: (channel: string): ChannelKind | undefined => kinds.value.find(({ kind }) => kind === channel),
    putBot: (bot: Bot): void => void (bots.value = withOne(bots.value, bot)),
    dropBot: (id: string): void => void (bots.value = bots.value.filter((bot) => bot.id !== id)),
    putAccount: (account: Account): void => void (accounts.value = withOne(accounts.value, account)),
    dropAccount: (id: string): void => void (accounts.value = accounts.value.filter((account) => account.id !== id)),
  }
})
