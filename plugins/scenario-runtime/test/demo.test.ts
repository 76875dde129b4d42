import { definePlugin, demoData } from '@parley/plugin-api'
import clientsPlugin from '@parley/plugin-clients'
import conversationsPlugin from '@parley/plugin-conversations'
import { demoBotId } from '@parley/plugin-conversations/api'
import { createTestHost, silentLogger } from '@parley/test-kit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { scenarioActions, scenarioRuns } from '../src/api/index.ts'
import plugin from '../src/server/plugin.ts'

/** The action of the operator panel, which the demo's scenario uses. */
const panel = definePlugin({
  id: 'test-panel',
  contributes: (add) => [
    add(scenarioActions, 'operator_panel__connect_to_operator_with_msg', () => ({
      id: 'operator_panel__connect_to_operator_with_msg',
      title: 'Connect',
      group: 'operator_panel',
      description: '',
      parameters: z.looseObject({}),
      outcomes: ['success', 'connected', 'limit', 'error'],
      run: async () => ({ output: 'success' }),
    })),
  ],
})

test('the demo publishes the shop once for the demo bot, and removes it', async () => {
  await using host = await createTestHost({ plugins: [clientsPlugin, conversationsPlugin, plugin, panel] })
  const context = { now: host.clock.now(), log: silentLogger, shared: new Map<string, unknown>() }
  const parts = ['conversations', 'scenario-runtime'].map((key) => host.contribution(demoData, key))
  const published = async () =>
    (await host.database.forPlugin('scenario-runtime').query('SELECT number FROM {versions} WHERE bot_id = $1', [demoBotId])).length
  for (let round = 0; round < 2; round++) for (const part of parts) await part.seed(context)
  expect(await published()).toBe(1)
  expect(await host.service(scenarioRuns).hasAlias(demoBotId, 'chat-closed')).toBe(true)
  for (const part of [...parts].reverse()) await part.remove({ ...context, shared: new Map() })
  expect(await published()).toBe(0)
})
