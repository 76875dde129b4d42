import { ParleyError, reply, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { configurePanel, distributionAudit, editRequests, viewRequests } from '../api/index.ts'
import type { PanelCradle } from './cradle.ts'
import { distributionSettings } from './settings.ts'

const limits = z.object({
  maxDialogs: z.number().int().min(0).max(1000).optional(),
  channelLimits: z.record(z.string().max(64), z.number().int().min(0).max(1000)).default({}),
})

export const operatorRoutes = (http: RouteBuilder<PanelCradle>) => [
  http.get('/me', { permission: viewRequests, summary: 'My status and load' }, async ({ actor }, { operatorStore, settings }) => {
    if (actor.kind !== 'user') throw new ParleyError('forbidden', 'Only people have a status. Sign in as a user.')
    await operatorStore.ensure(actor.id)
    const own = await operatorStore.statusOf(actor.id)
    const { defaultMaxDialogs } = await settings.get(distributionSettings)
    return { status: own?.status, since: own?.since.toISOString(), dialogs: own?.dialogs ?? 0, maxDialogs: own?.maxDialogs ?? defaultMaxDialogs }
  }),
  http.put(
    '/me/status',
    { permission: editRequests, body: z.object({ statusId: z.uuid() }), summary: 'Change my status' },
    async ({ body, actor }, { operatorStatus }) => {
      if (actor.kind !== 'user') throw new ParleyError('forbidden', 'Only people have a status. Sign in as a user.')
      return operatorStatus.set(actor.id, body.statusId)
    },
  ),
  http.get('/operators', { permission: viewRequests, summary: 'Operators with status and load' }, async (_call, { operatorStore, settings }) => {
    const [operators, { defaultMaxDialogs }] = await Promise.all([operatorStore.list(), settings.get(distributionSettings)])
    return { operators: operators.map((operator) => ({ ...operator, maxDialogs: operator.maxDialogs ?? defaultMaxDialogs })) }
  }),
  http.put(
    '/operators/:id/limits',
    { permission: configurePanel, params: z.object({ id: z.uuid() }), body: limits, summary: 'Limits of one operator' },
    async ({ params, body }, { operatorStore, audit, distributor }) => {
      const before = (await operatorStore.list()).find((operator) => operator.userId === params.id)
      await operatorStore.setLimits(params.id, body.maxDialogs, body.channelLimits)
      await audit.record({
        action: 'operator.limits',
        object: { type: 'operator', id: params.id },
        before: before && { maxDialogs: before.maxDialogs, channelLimits: before.channelLimits },
        after: body,
      })
      await distributor.wake()
      return reply({ status: 204 })
    },
  ),
  http.get(
    '/requests/:id/decisions',
    { permission: distributionAudit, params: z.object({ id: z.uuid() }), summary: 'Why the request went where it went' },
    async ({ params, actor }, { desk, decisionStore }) => {
      await desk.see(params.id, actor)
      return { decisions: await decisionStore.ofRequest(params.id, 100) }
    },
  ),
]
