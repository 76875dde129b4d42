import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ScenarioAction } from '../src/api/index.ts'
import { chain, say, scenario, section } from './documents.ts'
import { createWorld, type World, type WorldOptions } from './scenario-world.ts'

let world: World
const open = async (document: unknown, options?: WorldOptions): Promise<World> => {
  world = await createWorld(options)
  await world.publish(document)
  return world
}
afterEach(async () => await world.close())

const texts = (contents: readonly object[]): string[] => contents.map((content) => ('text' in content ? String(content.text) : ''))

const ask = (id: string, extra: object = {}) => ({ id, type: 'wait-for-input', parameters: { text: `${id}?`, ...extra } })

describe('time and other systems', () => {
  test('a wait with a time limit is left by "timeout", and an old timer wakes nobody', async () => {
    await open(
      scenario([
        section(
          'main',
          [{ id: 'start', type: 'start' }, ask('q', { timeout: 60 }), say('late', 'Late'), ask('q2'), say('end', 'End')],
          ['start -> q', 'q.timeout -> late', 'q.success -> q2', 'q2 -> end'],
        ),
      ]),
    )
    await world.say('hi')
    expect(await world.runPosted()).toEqual([])
    await world.clock.advance(60_000)
    expect(texts(await world.runPosted())).toEqual(['Late'])
    await world.say('hi')
    expect(texts(await world.say('in time'))).toEqual(['q2?'])
    await world.clock.advance(60_000)
    expect(await world.runPosted()).toEqual([])
    expect(texts(await world.say('x'))).toEqual(['End'])
  })

  const waiting: ScenarioAction = {
    id: 'panel__connect',
    title: 'Connect',
    group: 'panel',
    description: '',
    parameters: z.object({ continue: z.boolean().default(false) }),
    outcomes: ['success', 'connected', 'error'],
    run: async (context, given: { continue: boolean }) => {
      context.set('wait_id', context.waitId)
      return given.continue ? { output: 'success' } : { wait: { for: 'resume' } }
    },
  }
  const connect = (values: object) => ({ id: 'c', type: 'action_panel__connect', parameters: values })
  const panel = (values: object) =>
    scenario([
      section(
        'main',
        [{ id: 'start', type: 'start' }, connect(values), say('ok', 'Ok {{who}}'), ask('q'), say('on', 'Joined {{who}}'), say('end', 'End {{q}}')],
        ['start -> c', 'c.success -> ok', 'ok -> q', 'q -> end', 'c.connected -> on'],
      ),
    ])

  test('a resume wakes the step that waits for it, once', async () => {
    await open(panel({}), { actions: [waiting] })
    await world.say('hi')
    const { wait_id } = await world.constants()
    expect(await world.say('anybody there?')).toEqual([])
    await world.runs.resume(world.lane.conversation.id, String(wait_id), 'success', { who: 'Ihor' })
    expect(texts(await world.runPosted())).toEqual(['Ok Ihor', 'q?'])
    await world.runs.resume(world.lane.conversation.id, String(wait_id), 'success')
    expect(await world.runPosted()).toEqual([])
  })

  test('a late outcome runs its path and gives the wait back', async () => {
    await open(panel({ continue: true }), { actions: [waiting] })
    expect(texts(await world.say('hi'))).toEqual(['Ok ', 'q?'])
    const { wait_id } = await world.constants()
    await world.runs.leave(world.lane.conversation.id, String(wait_id), 'connected', { who: 'Ihor' })
    expect(texts(await world.runPosted())).toEqual(['Joined Ihor'])
    expect(texts(await world.say('tea'))).toEqual(['End tea'])
    await world.runs.leave(world.lane.conversation.id, 'no such step', 'connected')
    expect(await world.runPosted()).toEqual([])
  })

  test('a jump from outside takes the conversation, sets constants and goes to the alias', async () => {
    await open(
      scenario([
        section('main', [{ id: 'start', type: 'start' }, ask('q')], ['start -> q']),
        section(
          'closed',
          [{ id: 's', type: 'start' }, { id: 'e', type: 'entry-point', alias: 'closed' }, say('m', 'Closed by {{by}}')],
          ['e -> m', 's -> m'],
        ),
      ]),
    )
    await world.say('hi')
    world.lane.holder = 'operator-panel'
    await world.runs.goto(world.lane.conversation.id, 'closed', { by: 'Ihor' })
    expect(texts(await world.runPosted())).toEqual(['Closed by Ihor'])
    expect(world.lane.holder).toBe('scenario-runtime')
    await world.runs.goto(world.lane.conversation.id, 'nowhere')
    expect(await world.runPosted()).toEqual([])
    expect(await world.runs.hasAlias(world.botId, 'closed')).toBe(true)
    expect(await world.runs.hasAlias(world.botId, 'nowhere')).toBe(false)
  })
})

describe('the state of a run', () => {
  test('keeps the history of what was said and answered, within bounds', async () => {
    await open(chain(ask('q'), say('end', 'Thanks {{q}}')))
    for (let round = 0; round < 60; round++) {
      await world.say('hi')
      await world.say(`answer ${round}`)
    }
    expect((await world.runs.history(world.lane.conversation.id, 3)).map(({ node, text }) => [node, text])).toEqual([
      ['q', 'q?'],
      ['q', '“answer 59”'],
      ['end', 'Thanks answer 59'],
    ])
    expect((await world.session())?.history.length).toBeLessThanOrEqual(1500)
  })

  test('never takes a prototype for a constant, and drops what is too large', async () => {
    await open(chain(say('a', '{{__proto__}}{{constructor}}{{a}}')))
    expect(await world.say('hi', { params: JSON.parse('{"__proto__":{"a":"polluted"},"a":"fine"}') as Record<string, unknown> })).toMatchObject([
      { text: 'fine' },
    ])
    await world.say('hi', { params: { huge: 'x'.repeat(1_100_000) } })
    expect(await world.constants()).not.toHaveProperty('huge')
    expect(await world.constants()).toMatchObject({ a: 'fine' })
  })

  test('reads constants in the language of the run, and instance settings', async () => {
    await open(
      {
        ...chain(say('a', '{{greeting}} {{constants.shop}} {{instance_settings.token}} {{bot_id}} {{chat_id}}')),
        constants: { greeting: 'Hello', shop: 'Tea' },
        translations: { uk: { greeting: 'Вітаю' } },
      },
      { settings: { token: 't-1' } },
    )
    expect(texts(await world.say('hi'))).toEqual(['Вітаю Tea t-1 7 42'])
    expect(texts(await world.say('hi', { params: { language: 'en' } }))).toEqual(['Hello Tea t-1 7 42'])
  })
})
