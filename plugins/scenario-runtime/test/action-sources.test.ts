import { ParleyError } from '@parley/plugin-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ScenarioAction } from '../src/api/index.ts'
import { scenario, section, say } from './documents.ts'
import { createWorld, type World } from './scenario-world.ts'

const parameters = z.object({ city: z.string().default('{{instance_settings.city}}') })

const weather = (answer: string, outcomes: readonly string[] = ['dry', 'wet']): ScenarioAction<z.output<typeof parameters>> => ({
  id: 'action_weather',
  title: 'Weather',
  group: 'Test',
  description: '',
  parameters,
  outcomes,
  run: async (context, { city }) => {
    context.set('place', context.values(city))
    return { output: answer }
  },
})

const document = (node: object) =>
  scenario([
    section(
      'main',
      [{ id: 'start', type: 'start' }, { id: 'ask', ...node }, say('dry', 'Dry in {{place}}'), say('wet', 'Wet'), say('sorry', '{{error_reason}}')],
      ['start -> ask', 'ask.dry -> dry', 'ask.wet -> wet', 'ask.error -> sorry'],
    ),
  ])
const actionNode = { type: 'action', parameters: { templateId: 'action_weather' } }
const outcomes = ['dry', 'wet', 'error']
const texts = (contents: readonly object[]): string[] => contents.map((content) => ('text' in content ? String(content.text) : ''))

describe('actions of a source', () => {
  const known = new Map<string, ScenarioAction>()
  let asked = 0
  let failure: Error | undefined
  let world: World
  beforeEach(async () => {
    known.clear()
    asked = 0
    failure = undefined
    const source = {
      actions: async () => {
        asked++
        if (failure !== undefined) throw failure
        return new Map(known)
      },
    }
    world = await createWorld({ source, settings: { city: 'Lviv' } })
  })
  afterEach(async () => await world.close())

  test.each([actionNode, { type: 'weather' }])(
    'come, change and go between two messages, and no scenario is published again: $type',
    async (node) => {
      known.set('action_weather', weather('dry', outcomes))
      await world.publish(document(node))
      expect(texts(await world.say('one'))).toEqual(['Dry in Lviv'])
      known.set('action_weather', weather('wet', outcomes))
      expect(texts(await world.say('two'))).toEqual(['Wet'])
      known.clear()
      expect(texts(await world.say('three'))).toEqual(['plugin_unavailable'])
      await expect(world.library.publish(world.botId, 'Test')).rejects.toMatchObject({ code: 'unprocessable' })
    },
  )

  test('are told apart from what is misspelled, with their own outputs', async () => {
    known.set('action_weather', weather('dry'))
    const { problems } = await world.library.check(document({ type: 'action', parameters: { templateId: 'action_wether' } }))
    expect(problems).toMatchObject([{ level: 'error', message: 'There is no action "action_wether". Did you mean "action_weather"?' }])
    const outputs = (await world.library.check(document(actionNode))).problems
    expect(outputs).toMatchObject([{ level: 'error', message: '"ask" has no output "error". It has: dry, wet.' }])
  })

  test('are asked for only by steps that only a source can know', async () => {
    await world.publish(document({ type: 'action_set', parameters: { json_obj: {} } })).catch(() => undefined)
    const before = asked
    await world.publish(scenario([section('main', [{ id: 'start', type: 'start' }, say('a', 'A')], ['start -> a'])]))
    const published = asked
    await world.say('hello')
    expect([published > before, asked]).toEqual([true, published])
  })

  test('that cannot be asked for now are asked again with the message; a source that is broken makes the step fail', async () => {
    known.set('action_weather', weather('dry', outcomes))
    await world.publish(document(actionNode))
    failure = new ParleyError('database_unavailable', 'gone for a moment')
    await expect(world.say('one')).rejects.toMatchObject({ code: 'database_unavailable' })
    failure = new Error('broken')
    expect(texts(await world.say('two'))).toEqual(['internal'])
  })

  test('are found in drafts and live versions, by both spellings and as types', async () => {
    known.set('action_weather', weather('dry', outcomes))
    await world.publish(document(actionNode))
    await world.library.importDraft(world.botId, document({ type: 'weather' }))
    expect(await world.library.usesOfActions(['action_weather', 'action_other'])).toEqual([
      { action: 'action_weather', botId: world.botId, draft: 1, live: 1 },
    ])
  })
})
