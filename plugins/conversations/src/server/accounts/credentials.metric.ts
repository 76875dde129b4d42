import type { Clock, Metrics } from '@parley/plugin-api'
import type { AccountStore } from './account-store.ts'

interface Parts {
  readonly accountStore: AccountStore
  readonly metrics: Metrics
  readonly clock: Clock
}

/** How long the tokens of working accounts are still good for. Every process tells the same, from the database, so that one renewed elsewhere is known at once. */
export const measureCredentials = ({ accountStore, metrics, clock }: Parts): void =>
  void metrics.gauge(
    'account_credentials_left_seconds',
    'Time until the token of a channel account ends',
    ['account', 'channel', 'title'],
    async () => {
      const now = clock.now().getTime()
      return (await accountStore.ends()).map(({ id, channel, title, endAt }) => ({
        value: (endAt.getTime() - now) / 1000,
        labels: { account: id, channel, title },
      }))
    },
  )
