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

describe('a run', () => {
  test('begins at Start, waits for an answer and goes on with it', async () => {
    await open(chain(say('hello', 'Hello {{user_name}}'), ask('city'), say('thanks', 'So {{city}}, then.')))
    expect(texts(await world.say('/start'))).toEqual(['Hello Оксана', 'city?'])
    expect(texts(await world.say('Lviv'))).toEqual(['So Lviv, then.'])
    expect(await world.constants()).toMatchObject({ city: 'Lviv', user_input: 'Lviv', user_name: 'Оксана' })
  })

  test('takes one round trip to load and one to commit', async () => {
    await open(chain(say('a', 'A'), say('b', 'B')))
    await world.say('warm')
    const before = world.database.statistics().queries
    await world.say('hi')
    expect(world.database.statistics().queries - before).toBe(2)
  })

  test('that is over begins anew with the next message', async () => {
    await open(chain(say('a', 'A')))
    await world.say('hi')
    expect(texts(await world.say('again'))).toEqual(['A'])
  })

  test('without a published scenario says nothing and holds nothing up', async () => {
    world = await createWorld()
    expect(await world.say('hi')).toEqual([])
    expect(world.lane.commits).toBe(1)
  })

  test('that goes round in circles is stopped with a reason in its history', async () => {
    await open(scenario([section('main', [{ id: 'start', type: 'start' }, say('a', 'A'), say('b', 'B')], ['start -> a', 'a -> b', 'b -> a'])]), {
      maxSteps: 10,
    })
    expect(await world.say('hi')).toHaveLength(9)
    expect((await world.runs.history(world.lane.conversation.id, 1))[0]?.text).toContain('10 steps without waiting')
    expect((await world.session())?.node).toBeUndefined()
  })

  test('handles an item once, however often it comes', async () => {
    await open(chain(say('a', 'A')))
    const item = world.lane.message({ kind: 'text', text: 'hi' })
    expect(await world.handle(item)).toHaveLength(1)
    expect(await world.handle(item, 1)).toHaveLength(0)
  })

  test('restarts on /start, keeps what it knows, and finds the entry point of a deep link', async () => {
    await open(
      scenario([
        section('main', [{ id: 'start', type: 'start' }, ask('name'), say('end', 'Bye')], ['start -> name', 'name.success -> end']),
        section(
          'promo',
          [{ id: 's2', type: 'start' }, { id: 'promo-entry', type: 'entry-point', alias: 'spring' }, say('sale', 'Sale {{start_param}} {{utm}}')],
          ['promo-entry -> sale', 's2 -> sale'],
        ),
      ]),
    )
    expect(texts(await world.say('hi'))).toEqual(['name?'])
    expect(texts(await world.say('/start spring', { params: { utm: 'fb' } }))).toEqual(['Sale spring fb'])
    expect(texts(await world.say('x', { start: 'unknown' }))).toEqual(['name?'])
    expect(await world.constants()).toMatchObject({ start_param: 'unknown', utm: 'fb' })
  })

  test('goes by an exit point to another section, by alias or to its Start', async () => {
    await open(
      scenario([
        section(
          'main',
          [
            { id: 'start', type: 'start' },
            { id: 'out', type: 'exit-point', parameters: { section: 'two' } },
          ],
          ['start -> out'],
        ),
        section(
          'two',
          [{ id: 'start2', type: 'start' }, say('b', 'B'), { id: 'out2', type: 'exit-point', parameters: { alias: 'third' } }],
          ['start2 -> b', 'b -> out2'],
        ),
        section(
          'three',
          [{ id: 'start3', type: 'start' }, { id: 'e', type: 'entry-point', alias: 'third' }, say('c', 'C')],
          ['e -> c', 'start3 -> c'],
        ),
      ]),
    )
    expect(texts(await world.say('hi'))).toEqual(['B', 'C'])
  })

  test('runs every matching branch of a router, one after another, also across a wait', async () => {
    const rule = (branch_id: string, value: string) => ({ branch_id, conditions: [{ field: 'channel', operator: 'equals', value }] })
    await open(
      scenario([
        section(
          'main',
          [
            { id: 'start', type: 'start' },
            {
              id: 'r',
              type: 'router',
              parameters: { mode: 'all_matches', rules: [rule('a', 'custom_channel'), rule('b', 'CUSTOM_channel'), rule('c', 'viber')] },
            },
            ask('q'),
            say('b', 'B'),
            say('c', 'C'),
          ],
          ['start -> r', 'r.a -> q', 'r.b -> b', 'r.c -> c'],
        ),
      ]),
    )
    expect(texts(await world.say('hi'))).toEqual(['q?'])
    expect(texts(await world.say('yes'))).toEqual(['B'])
  })

  test('leaves a node nobody runs, or that throws, by "error" with the reason, else stops with it', async () => {
    const broken: ScenarioAction = {
      id: 'acme__break',
      title: 'Break',
      group: 'acme',
      description: '',
      parameters: z.object({}),
      outcomes: ['success', 'error'],
      run: async () => Promise.reject(new Error('no luck')),
    }
    const node = { id: 'x', type: 'action', parameters: { templateId: 'acme__break' } }
    await open(
      scenario([
        section(
          'main',
          [{ id: 'start', type: 'start' }, node, say('sorry', 'Sorry: {{error_reason}} {{error_message}}')],
          ['start -> x', 'x.error -> sorry'],
        ),
      ]),
      { actions: [broken] },
    )
    expect(texts(await world.say('hi'))).toEqual(['Sorry: internal no luck'])
    await world.publish(chain(node))
    expect(await world.say('hi')).toEqual([])
    expect((await world.runs.history(world.lane.conversation.id, 5)).at(-1)?.text).toBe('stopped: no luck')
  })
})

describe('versions', () => {
  const version = (text: string) => chain(ask('name'), say('end', text))

  test('a live session goes on in its version, a new start takes the newest', async () => {
    await open(version('one'))
    await world.say('hi')
    expect(await world.publish(version('two'))).toMatchObject({ version: 2 })
    expect(texts(await world.say('Olena'))).toEqual(['one'])
    await world.say('hi')
    expect(texts(await world.say('Olena'))).toEqual(['two'])
  })

  test('a jump by alias takes the newest', async () => {
    const withAlias = (text: string) =>
      scenario([
        section(
          'main',
          [
            { id: 'start', type: 'start' },
            ask('q'),
            { id: 'jump', type: 'action', parameters: { templateId: 'goto_alias', values: { alias: 'menu' } } },
          ],
          ['start -> q', 'q -> jump'],
        ),
        section('menu', [{ id: 's', type: 'start' }, { id: 'e', type: 'entry-point', alias: 'menu' }, say('m', text)], ['e -> m', 's -> m']),
      ])
    await open(withAlias('old menu'))
    await world.say('hi')
    await world.publish(withAlias('new menu'))
    expect(texts(await world.say('x'))).toEqual(['new menu'])
  })
})
