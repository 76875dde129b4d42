import { ParleyError } from '@parley/plugin-api'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ScenarioAction } from '../src/api/index.ts'
import { say, scenario, section } from './documents.ts'
import { createWorld, type World, type WorldOptions } from './scenario-world.ts'

let world: World
afterEach(async () => await world.close())

const request = (values: object) =>
  scenario([
    section(
      'main',
      [
        { id: 'start', type: 'start' },
        say('before', 'One moment…'),
        { id: 'call', type: 'action', parameters: { templateId: 'action_send_request', values } },
        say('ok', 'Order {{order}}: {{status}}'),
        say('error', 'Failed: {{error_reason}}'),
      ],
      ['start -> before', 'before -> call', 'call.success -> ok', 'call.error -> error'],
    ),
  ])

const post = {
  url: 'https://crm.example/orders',
  method: 'POST',
  format: 'JSON',
  data: { phone: '{{phone}}', n: '{{n}}' },
  response_mapping: { id: '{{order}}', 'state.text': 'status' },
}

const open = async (values: object, http: WorldOptions['http'], more: WorldOptions = {}): Promise<World> => {
  world = await createWorld({ ...more, ...(http === undefined ? {} : { http }) })
  await world.publish(request(values))
  return world
}

const words = (contents: readonly object[]): string[] => contents.map((content) => ('text' in content ? String(content.text) : ''))
const text = (value = 'hi') => world.lane.message({ kind: 'text', text: value }, { params: { phone: '+380 50', n: 3 } })
const key = (index: number): string | undefined => world.calls[index]?.options.headers?.['Idempotency-Key']

describe('send_request', () => {
  const answer: WorldOptions['http'] = async () => ({ status: 200, body: { id: 17, state: { text: 'paid' } } })

  test('sends JSON with filled values of their own type and maps the answer', async () => {
    await open(post, answer)
    expect(words(await world.handle(text()))).toEqual(['One moment…', 'Order 17: paid'])
    expect(world.calls[0]).toMatchObject({ url: 'https://crm.example/orders', options: { method: 'POST', body: '{"phone":"+380 50","n":3}' } })
    expect(key(0)).toMatch(/^[\da-f-]{36}$/)
    expect(world.lane.commits).toBe(2)
  })

  test('tells the client that the bot is at work, again and again until the answer is there', async () => {
    let asked = (): void => undefined
    let answered = (): void => undefined
    const wasAsked = new Promise<void>((resolve) => (asked = resolve))
    const wasAnswered = new Promise<void>((resolve) => (answered = resolve))
    await open(post, async () => {
      asked()
      await wasAnswered
      return { status: 200, body: { id: 17, state: { text: 'paid' } } }
    })
    const said = world.handle(text())
    await wasAsked
    expect(world.lane.hints).toBe(1)
    await world.clock.advance(4000)
    await world.clock.advance(4000)
    expect(world.lane.hints).toBe(3)
    answered()
    expect(words(await said)).toEqual(['One moment…', 'Order 17: paid'])
    await world.clock.advance(60_000)
    expect(world.lane.hints).toBe(3)
  })

  test('sends form data unless the format is JSON, and puts the data of a GET into the address', async () => {
    await open({ ...post, format: 'form-data' }, answer)
    await world.handle(text())
    expect([...(world.calls[0]!.options.body as FormData).entries()]).toEqual([
      ['phone', '+380 50'],
      ['n', '3'],
    ])
    await world.publish(request({ url: '{{base}}/find/{{phone}}', data: { q: 'a b', n: '{{n}}' } }))
    await world.handle(world.lane.message({ kind: 'text', text: 'x' }, { params: { base: 'https://x.example/api' } }))
    expect(world.calls[1]?.url).toBe('https://x.example/api/find/%2B380%2050?q=a+b&n=3')
  })

  test('makes rows of a list and keeps the whole answer under the documented misspelt key', async () => {
    const rows = [
      { name: 'Tea', id: 1, price: { uah: 100 } },
      { name: 'Cup', id: 2 },
    ]
    await open(
      {
        url: 'https://x.example',
        response_mapping: { list_obj: { text: 'name', value: 'id', price: 'price.uah' } },
        save_mapped_list_obj: 'goods',
        save_responce: 'raw',
      },
      async () => ({
        status: 200,
        body: { total: 2, rows },
      }),
    )
    await world.handle(text())
    expect(await world.constants()).toMatchObject({
      goods: [
        { text: 'Tea', value: 1, price: 100 },
        { text: 'Cup', value: 2 },
      ],
      raw: { total: 2, rows },
    })
  })

  test('leaves by "error" with the status, or with why nothing came', async () => {
    await open(post, async () => ({ status: 500, body: 'down' }))
    expect(words(await world.handle(text()))).toEqual(['One moment…', 'Failed: status_500'])
    await world.close()
    await open(post, async () => Promise.reject(new ParleyError('outbound_blocked', 'A private address.')))
    expect(words(await world.handle(text()))).toEqual(['One moment…', 'Failed: blocked'])
  })
})

describe('a crash around a call', () => {
  test('before the intent is committed: the step begins anew and the call is made once', async () => {
    await open(post, async () => ({ status: 200, body: { id: 1 } }))
    expect(words(await world.crashing(text(), { at: 'before', commit: 1 }))).toEqual(['One moment…', 'Order 1: '])
    expect(world.calls).toHaveLength(1)
  })

  test('while it is under way: it is not repeated, and the step leaves by "error" as unknown', async () => {
    await open(post, async () => ({ status: 200, body: { id: 1 } }))
    expect(words(await world.crashing(text(), { at: 'after', commit: 1 }))).toEqual(['One moment…', 'Failed: unknown'])
    expect(world.calls).toHaveLength(0)
  })

  test('after the answer and before its commit: the same', async () => {
    await open(post, async () => ({ status: 200, body: { id: 1 } }))
    expect(words(await world.crashing(text(), { at: 'before', commit: 2 }))).toEqual(['One moment…', 'Failed: unknown'])
    expect(world.calls).toHaveLength(1)
  })

  test('a repeatable call is made again under the same key', async () => {
    await open({ ...post, repeatable: true }, async () => ({ status: 200, body: { id: 1 } }))
    expect(words(await world.crashing(text(), { at: 'before', commit: 2 }))).toEqual(['One moment…', 'Order 1: '])
    expect(world.calls).toHaveLength(2)
    expect(key(0)).toBe(key(1))
  })

  test('after the last commit: nothing is left to do', async () => {
    await open(post, async () => ({ status: 200, body: { id: 1 } }))
    expect(words(await world.crashing(text(), { at: 'after', commit: 2 }))).toEqual(['One moment…', 'Order 1: '])
    expect(world.calls).toHaveLength(1)
  })
})

describe('a step that does something else after a crash', () => {
  const pay = { url: 'https://pay.example', options: { method: 'POST' } }
  const who = { url: 'https://who.example', options: { method: 'GET', repeatable: true } }
  const base = { id: 'acme__x', title: 'X', group: 'acme', description: '', parameters: z.object({}), outcomes: ['success', 'error'] }
  const document = scenario([
    section(
      'main',
      [
        { id: 'start', type: 'start' },
        { id: 'x', type: 'acme__x' },
        say('end', 'who={{who}} paid={{paid}}'),
        say('error', 'Failed: {{error_reason}}'),
      ],
      ['start -> x', 'x.success -> end', 'x.error -> error'],
    ),
  ])
  /** Pays and asks who; dies when that was answered, and goes on as `second` says. */
  const crashing = async (second: ScenarioAction['run']) => {
    let runs = 0
    const run: ScenarioAction['run'] = async (context, parameters) => {
      if (runs++ > 0) return await second(context, parameters)
      await context.call(pay.url, pay.options)
      await context.call(who.url, who.options)
      context.set('paid', 'yes')
      return { output: 'success' }
    }
    world = await createWorld({ actions: [{ ...base, run }], http: async (url) => ({ status: 200, body: { from: url } }) })
    await world.publish(document)
    return words(await world.crashing(text(), { at: 'after', commit: 2 }))
  }
  const asked = () => world.calls.map(({ url }) => url)

  test('gets no answer of another call, and its outcome is unknown', async () => {
    const said = await crashing(async (context) => {
      const answer = (await (await context.call(who.url, who.options)).json()) as { from: string }
      context.set('who', answer.from)
      return { output: 'success' }
    })
    expect(said).toEqual(['Failed: unknown'])
    expect(asked()).toEqual([pay.url])
    expect(await world.constants()).not.toHaveProperty('who')
  })

  test('is unknown when the method is another, when it catches that, and makes no call more', async () => {
    const said = await crashing(async (context) => {
      await context.call(pay.url, { method: 'PUT' }).catch(() => undefined)
      await context.call(pay.url, pay.options).catch(() => undefined)
      return { output: 'success' }
    })
    expect(said).toEqual(['Failed: unknown'])
    expect(asked()).toEqual([pay.url])
  })

  test.each([
    ['none', async () => undefined],
    ['one', async (context: Parameters<ScenarioAction['run']>[0]) => await context.call(pay.url, pay.options)],
  ])('does not succeed with its constants lost when it makes %s of its two calls', async (_count, calls) => {
    const said = await crashing(async (context) => {
      await calls(context)
      context.set('paid', 'anew')
      return { output: 'success' }
    })
    expect(said).toEqual(['Failed: unknown'])
  })

  test('goes on when it makes the same calls', async () => {
    const said = await crashing(async (context) => {
      const first = (await (await context.call(pay.url, { method: 'post' })).json()) as { from: string }
      await context.call(who.url, who.options)
      context.set('paid', first.from)
      return { output: 'success' }
    })
    expect(said).toEqual([`who= paid=${pay.url}`])
    expect(asked()).toEqual([pay.url, who.url])
  })
})

describe('a step with several calls', () => {
  const twice: ScenarioAction = {
    id: 'acme__twice',
    title: 'Twice',
    group: 'acme',
    description: '',
    parameters: z.object({}),
    outcomes: ['success', 'error'],
    run: async (context) => {
      context.reply({ kind: 'text', text: 'first' })
      context.set('count', Number(context.constants['count'] ?? 0) + 1)
      const first = (await (await context.call('https://a.example', { method: 'POST' })).json()) as { id: number }
      context.reply({ kind: 'text', text: `second ${first.id}` })
      const second = (await (await context.call('https://b.example', { method: 'POST', repeatable: true })).json()) as { id: number }
      context.set('ids', [first.id, second.id])
      return { output: 'success' }
    },
  }
  const node = { id: 'x', type: 'acme__twice' }
  const document = scenario([
    section('main', [{ id: 'start', type: 'start' }, node, say('end', '{{ids}} {{count}}')], ['start -> x', 'x.success -> end']),
  ])

  const crashing = async (crash: Parameters<World['crashing']>[1]) => {
    let id = 0
    world = await createWorld({ actions: [twice], http: async () => ({ status: 200, body: { id: ++id } }) })
    await world.publish(document)
    return words(await world.crashing(world.lane.message({ kind: 'text', text: 'hi' }), crash))
  }

  test('is not repeated where it was answered: each commit boundary, counted at the other side', async () => {
    expect(await crashing({ at: 'after', commit: 2 })).toEqual(['first', 'second 1', '1, 2 1'])
    expect(world.calls.map(({ url }) => url)).toEqual(['https://a.example', 'https://b.example'])
    await world.close()
    expect(await crashing({ at: 'before', commit: 3 })).toEqual(['first', 'second 1', '1, 3 1'])
    expect(world.calls.map(({ url }) => url)).toEqual(['https://a.example', 'https://b.example', 'https://b.example'])
    expect(key(1)).toBe(key(2))
    expect(await world.constants()).toMatchObject({ count: 1 })
  })
})
