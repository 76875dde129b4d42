import type { Kernel } from '@parley/kernel'
import { ParleyError, permission, type Audit, type Clock, type Route } from '@parley/plugin-api'
import { z } from 'zod'
import { hostRoute } from '../settings/host-route.ts'
import { changeState, refuseFoundation } from './change-state.ts'
import { describeState } from './describe-state.ts'
import type { PluginStates } from './plugin-states.ts'

export const editSystem = permission('system', 'edit', 'Disable, enable and quarantine plugins')

const id = z.string().max(100)
const reason = z.string().trim().max(500).optional()
const change = z.discriminatedUnion('state', [
  z.object({ state: z.literal('enabled') }),
  z.object({ state: z.literal('disabled'), reason }),
  z.object({ state: z.literal('quarantined'), reason }),
])

const stateOfPlugin = z.object({
  id,
  state: z.string(),
  reason: z.string().optional(),
  decision: z
    .object({
      state: z.enum(['disabled', 'quarantined']),
      reason: z.string().optional(),
      /** Missing when Parley did it, after crashes. */
      by: z.string().optional(),
      at: z.string(),
      crashes: z.array(z.string()),
    })
    .optional(),
  /** Disabled in a process that has its code loaded: it does nothing, and its memory is free after a restart. */
  loaded: z.boolean(),
  waitsForRestart: z.boolean(),
})

interface Parts {
  readonly states: PluginStates
  readonly kernel: Kernel
  readonly audit: Audit
  readonly clock: Clock
}

/** Paths are relative to `/api/v1`; the host mounts them. */
export const pluginStateRoutes = ({ states, kernel, audit, clock }: Parts): readonly Route[] => [
  hostRoute(
    'PUT',
    '/system/plugins/:id/state',
    {
      permission: editSystem,
      params: z.object({ id }),
      body: change,
      response: stateOfPlugin,
      summary: 'Disables a plugin, puts it into quarantine, or enables it again; it holds in every process within seconds',
    },
    async ({ params, body, actor }) => {
      const plugin = kernel.plugins().find((one) => one.id === params.id)
      if (!plugin) throw new ParleyError('not_found', `There is no plugin "${params.id}". /system/plugins lists those there are.`)
      // what another process decided a moment ago counts
      await states.check()
      if (body.state !== 'enabled') refuseFoundation(plugin.id, states)
      const wish = { plugin: plugin.id, by: actor.name, at: clock.now(), ...body }
      await changeState(wish, { known: states.of(plugin.id), store: states.store, audit })
      await states.check()
      return { id: plugin.id, ...describeState(plugin, states.of(plugin.id)) }
    },
  ),
]
