import { afterEach, describe, expect, test } from 'vitest'
import { chain, say, scenario, section } from './documents.ts'
import { createWorld, type World } from './scenario-world.ts'

let world: World
const open = async (document: unknown): Promise<World> => {
  world = await createWorld()
  await world.publish(document)
  return world
}
afterEach(async () => await world.close())

const texts = (contents: readonly object[]): string[] => contents.map((content) => ('text' in content ? String(content.text) : ''))
const start = { id: 'start', type: 'start' }

describe('message with buttons', () => {
  const keyboard = (parameters: object, edges: readonly string[]) =>
    scenario([
      section(
        'main',
        [
          start,
          { id: 'k', type: 'MessageKeyboard', parameters },
          say('tea', 'Tea {{choice}}'),
          say('cup', 'Cup {{choice}}'),
          say('else', 'Else {{user_input}}'),
        ],
        ['start -> k', ...edges],
      ),
    ])
  const buttons = [
    [{ id: 'tea', text: 'Tea for {{user_name}}', value: 'v-tea' }],
    { text: 'Cup', value: 'cup' },
    { text: 'Site', action: 'url', url: 'https://x.example/?a={{user_name}}' },
  ]
  const edges = ['k.tea -> tea', 'k.cup -> cup', 'k.else -> else']

  test('shows filled buttons and branches by a press or by typed text', async () => {
    await open(keyboard({ text: 'Choose, <{{user_name}}>', format: 'html', placement: 'reply', buttons, save_to: 'choice' }, edges))
    expect(await world.say('hi', { name: 'A&B' })).toEqual([
      {
        kind: 'keyboard',
        text: 'Choose, <A&amp;B>',
        format: 'html',
        placement: 'reply',
        buttons: [
          [{ text: 'Tea for A&B', action: 'reply', value: 'v-tea' }],
          [{ text: 'Cup', action: 'reply', value: 'cup' }],
          [{ text: 'Site', action: 'url', url: 'https://x.example/?a=A%26B' }],
        ],
      },
    ])
    expect(texts(await world.press('v-tea'))).toEqual(['Tea v-tea'])
    await world.say('hi')
    expect(texts(await world.say('  cUP '))).toEqual(['Cup cup'])
    await world.say('hi')
    expect(texts(await world.say('Site'))).toEqual(['Else Site'])
    await world.say('hi')
    expect(texts(await world.say('2'))).toEqual(['Cup cup'])
    await world.say('hi')
    expect(texts(await world.say('3'))).toEqual(['Else 3'])
  })

  test('asks again when nothing fits and "else" leads nowhere', async () => {
    await open(keyboard({ text: 'Choose', buttons, retry_text: 'Please choose' }, edges.slice(0, 2)))
    await world.say('hi')
    expect(await world.say('?')).toMatchObject([{ kind: 'keyboard', text: 'Please choose' }])
    expect(texts(await world.press('cup'))).toEqual(['Cup '])
  })

  test('makes buttons of a list and saves the chosen row; takes contacts and locations', async () => {
    await open(
      keyboard({ text: 'Choose', list: 'goods', buttons: [{ id: 'phone', text: 'Share', action: 'contact' }], save_to: 'choice' }, [
        'k.selected -> tea',
        'k.phone -> cup',
      ]),
    )
    const goods = [{ text: 'Green', value: 1, price: 5 }, { text: 'Black', value: 2 }, { no: 'text' }]
    expect(await world.say('hi', { params: { goods } })).toMatchObject([
      { buttons: [[{ text: 'Green', value: '1' }], [{ text: 'Black', value: '2' }], [{ text: 'Share', action: 'contact' }]] },
    ])
    expect(texts(await world.press('1'))).toEqual(['Tea {"text":"Green","value":1,"price":5}'])
    await world.say('hi')
    expect(texts(await world.send({ kind: 'contact', phone: '+380501112233' }))).toEqual(['Cup +380501112233'])
  })

  test('with addresses only does not wait', async () => {
    await open(keyboard({ text: 'Look', buttons: [{ text: 'Site', action: 'url', url: 'https://x.example' }] }, ['k.default -> tea']))
    expect(texts(await world.say('hi'))).toEqual(['Look', 'Tea '])
  })
})

describe('wait for input', () => {
  const ask = (parameters: object) =>
    scenario([
      section(
        'main',
        [
          start,
          { id: 'q', type: 'wait-for-input', title: 'phone', parameters },
          say('ok', 'Ok {{phone}}{{registration:phone}}'),
          say('bad', 'Enough'),
        ],
        ['start -> q', 'q.success -> ok', 'q.invalid -> bad'],
      ),
    ])

  test('asks again with the number of the attempt, then gives up', async () => {
    await open(ask({ text: 'Phone?', validation: { type: 'phone' }, retry_text: 'Wrong ({{attempt}})', attempts: 3 }))
    expect(texts(await world.say('hi'))).toEqual(['Phone?'])
    expect(texts(await world.say('x'))).toEqual(['Wrong (1)'])
    expect(texts(await world.say('y'))).toEqual(['Wrong (2)'])
    expect(texts(await world.say('z'))).toEqual(['Enough'])
    await world.say('hi')
    expect(texts(await world.say('x'))).toEqual(['Wrong (1)'])
    expect(texts(await world.say('+380501112233'))).toEqual(['Ok +380501112233'])
  })

  test('gives up after two wrong answers unless told otherwise, and saves where it is told', async () => {
    await open(ask({ text: 'Phone?', validation: { type: 'phone' }, save_to: 'registration:phone' }))
    await world.say('hi')
    expect(texts(await world.say('x'))).toEqual(['Phone?'])
    expect(texts(await world.say('y'))).toEqual(['Enough'])
    await world.say('hi')
    expect(texts(await world.say('0501112233'))).toEqual(['Ok 0501112233'])
    expect(await world.constants()).toMatchObject({ 'registration:phone': '0501112233' })
  })

  test('is skipped when the answer is known, if it may be', async () => {
    await open(ask({ text: 'Phone?', validation: { type: 'phone' }, skip_if_answered: true }))
    expect(texts(await world.say('hi', { params: { phone: '1' } }))).toEqual(['Ok 1'])
  })
})

describe('the client', () => {
  test('is saved from registration constants or named fields, once a commit, and read back', async () => {
    const action = (id: string, templateId: string, values: object = {}) => ({ id, type: 'action', parameters: { templateId, values } })
    await open(
      chain(
        { id: 'set', type: 'action_set', parameters: { json_obj: { 'registration:phone': '+380', list: '{{goods}}' } } } as { id: string },
        action('a', 'registered_users__set'),
        action('b', 'registered_users__set', { json_obj: { first_name: '{{user_name}}', loyalty: '{{list}}' } }),
        action('c', 'registered_users__get'),
        say('end', '{{first_name}} {{phone}} {{segment}}'),
      ),
    )
    world.fields['segment'] = 'gold'
    expect(texts(await world.say('hi', { params: { goods: [1, 2] } }))).toEqual(['Оксана +380 gold'])
    expect(world.fields).toEqual({ segment: 'gold', phone: '+380', first_name: 'Оксана', loyalty: [1, 2] })
  })
})

describe('small actions', () => {
  test('read and branch by what the client came with', async () => {
    await open(
      scenario([
        section(
          'main',
          [
            start,
            { id: 'p', type: 'parse_params' },
            { id: 'c', type: 'get_command', parameters: { commands: ['spring'] } },
            { id: 'ch', type: 'get_channel' },
            { id: 'clear', type: 'clear_constant', parameters: { module_name: 'utm, x' } },
            say('params', 'utm {{utm_source}} {{id}}'),
            say('spring', 'Spring'),
            say('end', '[{{utm_source}}] {{id}}'),
          ],
          [
            'start -> p',
            'p.success -> params',
            'p.error -> c',
            'params -> ch',
            'c.spring -> spring',
            'c.default -> ch',
            'ch.default -> clear',
            'clear -> end',
          ],
        ),
      ]),
    )
    expect(texts(await world.say('x', { start: Buffer.from('utm_source=fb&id=7').toString('base64url') }))).toEqual(['utm fb 7', '[] 7'])
    expect(texts(await world.say('/start spring'))).toEqual(['Spring'])
  })
})
