import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ScenarioAction } from '../src/api/index.ts'
import { chain, scenario, section, say } from './documents.ts'
import { createWorld, type World } from './scenario-world.ts'

const charge: ScenarioAction = {
  id: 'shop__charge',
  title: 'Charge',
  group: 'Shop',
  description: '',
  parameters: z.object({}),
  outcomes: ['success', 'error'],
  run: async () => ({ output: 'success' }),
}

const node = { id: 'pay', type: 'action', parameters: { templateId: 'shop__charge' } }
const document = scenario([
  section(
    'main',
    [{ id: 'start', type: 'start' }, node, say('paid', 'Paid'), say('sorry', 'Not now: {{error_reason}}')],
    ['start -> pay', 'pay.success -> paid', 'pay.error -> sorry'],
  ),
])
const hello = { kind: 'text', text: 'hello' } as const

describe('an action whose plugin does not run', () => {
  let world: World
  beforeEach(async () => void (world = await createWorld({ actions: [charge] })))
  afterEach(async () => await world.close())
  // what the registry does when a plugin fails, is suspended or is gone after a restart
  const withdraw = (): unknown => (world.catalogue.actions as Map<string, ScenarioAction>).delete(charge.id)

  test('cannot be published, and the problem names it', async () => {
    withdraw()
    await world.library.importDraft(world.botId, document)
    const problems = [{ level: 'error', node: 'pay', message: expect.stringContaining('There is no action "shop__charge"') as string }]
    expect((await world.library.importDraft(world.botId, document)).problems).toMatchObject(problems)
    await expect(world.library.publish(world.botId, 'Test')).rejects.toMatchObject({ code: 'unprocessable' })
  })

  test('leaves a published scenario by its error, and the reason is known', async () => {
    await world.publish(document)
    expect(await world.say('hello')).toMatchObject([{ text: 'Paid' }])
    withdraw()
    expect(await world.say('again')).toMatchObject([{ text: 'Not now: plugin_unavailable' }])
  })

  test('ends the run with a line in its history where nobody drew that edge, and works again with its plugin', async () => {
    await world.publish(chain(node, say('paid', 'Paid')))
    withdraw()
    expect(await world.send(hello)).toEqual([])
    expect((await world.session())?.history).toContain(
      'The action \\"shop__charge\\" does not run now. Enable the plugin that brings it; one that people wrote was deleted.',
    )
    ;(world.catalogue.actions as Map<string, ScenarioAction>).set(charge.id, charge)
    expect(await world.send(hello)).toMatchObject([{ text: 'Paid' }])
  })
})
