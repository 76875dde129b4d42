import { definePlugin, type Output } from '@parley/plugin-api'
import { requestClosed } from '@parley/plugin-operator-panel/api'
import { scenarioTriggerRuns, scenarioTriggers, type ScenarioTrigger } from '@parley/plugin-scenario-runtime/api'
import { z } from 'zod'

const filter = z.object({
  statusId: z
    .string()
    .optional()
    .meta({ title: 'Only with this status', translations: { uk: { title: 'Лише з цим статусом' } } }),
})

const closed: ScenarioTrigger<Output<(typeof requestClosed)['payload']>> = {
  type: 'request-closed',
  title: 'A request was closed',
  event: requestClosed,
  filter,
  matches: ({ statusId }, wanted) => {
    const { statusId: only } = filter.parse(wanted)
    return only === undefined || only === statusId
  },
  start: ({ conversationId, requestId }) => ({ conversationId, data: { closed_request: requestId } }),
}

export default definePlugin({
  id: 'after-closing',
  consumes: { triggers: scenarioTriggerRuns },
  contributes: (add) => [add(scenarioTriggers, closed.type, () => closed)],
  on: (on) => [
    // the event's id as key: a delivery that is repeated starts nothing twice
    on(requestClosed, async (payload, { triggers }, { id }) => void (await triggers.fire(closed.type, payload, { key: id }))),
  ],
})
