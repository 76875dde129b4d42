import { definePlugin } from '@parley/plugin-api'
import { scenarioActions, type ScenarioAction } from '@parley/plugin-scenario-runtime/api'
import { z } from 'zod'

const parameters = z.object({
  order: z
    .string()
    .min(1)
    .meta({ title: 'Number of the order', translations: { uk: { title: 'Номер замовлення' } } }),
})
const answer = z.object({ state: z.string() })

const trackOrder = (address: string): ScenarioAction<z.output<typeof parameters>> => ({
  id: 'shop_orders__track_order',
  title: 'Track an order',
  group: 'shop',
  description: 'Asks the shop where an order is and keeps the answer as {{order_state}}.',
  parameters,
  outcomes: ['found', 'not_found', 'error'],
  run: async (context, { order }) => {
    // reading twice does no harm, so after a crash it may be repeated
    const reply = await context.call(`${address}/orders/${encodeURIComponent(context.fill(order))}`, { repeatable: true })
    if (reply.status === 404) return { output: 'not_found' }
    const parsed = reply.ok ? answer.safeParse(await reply.json()) : undefined
    if (parsed?.success !== true) return { output: 'error' }
    context.set('order_state', parsed.data.state)
    return { output: 'found' }
  },
})

export default definePlugin({
  id: 'shop-orders',
  config: z.object({ address: z.url() }),
  contributes: (add) => [add(scenarioActions, 'shop_orders__track_order', ({ config }) => trackOrder(config.address))],
})
