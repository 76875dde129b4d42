import type { PluginHandle } from '@parley/kernel'
import type { Subscription } from '@parley/plugin-api'

/** A subscription with the name under which its deliveries are stored; the name must be the same in every process and after a restart. */
export interface Subscriber {
  readonly name: string
  readonly plugin: PluginHandle
  readonly subscription: Subscription
}

/** A plugin's subscriptions, named `<plugin> <event>`, a second one to the same event `<plugin> <event> 2`. */
export const subscribersOf = (plugin: PluginHandle): Subscriber[] => {
  const counts = new Map<string, number>()
  return plugin.declarations.subscriptions.map((subscription) => {
    const { id } = subscription.event
    const count = (counts.get(id) ?? 0) + 1
    counts.set(id, count)
    return { name: count === 1 ? `${plugin.id} ${id}` : `${plugin.id} ${id} ${count}`, plugin, subscription }
  })
}
