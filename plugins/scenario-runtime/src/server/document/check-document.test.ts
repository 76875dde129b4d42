import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { say, scenario, section } from '../../../test/documents.ts'
import { testCatalogue } from '../../../test/scenario-world.ts'
import type { ScenarioAction } from '../../api/index.ts'
import { shopScenario } from '../demo/shop-scenario.ts'
import { Templates } from '../templates/templates.ts'
import { canonicalText } from './canonical-document.ts'
import { checkDocument } from './check-document.ts'

const connect: ScenarioAction = {
  id: 'operator_panel__connect_to_operator_with_msg',
  title: 'Connect to operator',
  group: 'operator_panel',
  description: '',
  parameters: z.object({ weight: z.number().optional(), tag_ids: z.array(z.number()).optional(), chat_closed_alias: z.string().optional() }),
  outcomes: ['success', 'limit'],
  run: async () => ({ output: 'success' }),
  check: (values: object) =>
    'tag_ids' in values ? [{ level: 'warning', path: '/tag_ids', message: '"tag_ids" is kept but not yet in effect.' }] : [],
}

const catalogue = testCatalogue({ actions: [connect] })
const templates = new Templates()
const check = (document: unknown) => checkDocument(document, catalogue, templates)
const found = (document: unknown) => check(document).problems.map(({ level, path, message }) => `${level} ${path} ${message}`)

const start = { id: 'start', type: 'start' }
const one = (nodes: readonly object[], edges: readonly string[] = [], extra: object = {}) =>
  scenario([section('main', [start, ...nodes], edges)], extra)

describe('a scenario', () => {
  test('without problems has none', () => {
    expect(check(one([say('a', 'Hi {{name}}')], ['start -> a']))).toEqual({ problems: [], readable: true })
  })

  test.each([[null], [[]], ['text'], [{}], [{ format: 'parley.scenario@1', title: 'x', sections: 'none' }]])(
    'is not %j, and that is said',
    (document) => {
      const { problems, readable } = check(document)
      expect(readable).toBe(false)
      expect(problems.length).toBeGreaterThan(0)
    },
  )

  test('shows every problem at once, the errors first, each with its place', () => {
    const document = scenario(
      [
        section(
          'main',
          [say('a', 'A'), { id: 'b', type: 'mesage' }, { type: 'note' }, { id: 'x y', type: 'note' }],
          ['a.default -> b', 'a -> nowhere', 'c.default -> a', 'a.defult -> b'],
        ),
        section('main', [start, { id: 'a', type: 'note' }, { id: 'second', type: 'start' }], ['start -> second', 'second -> a'], {
          usedAsMacro: true,
        }),
      ],
      { main: 'gone' },
    )
    expect(found(document)).toEqual([
      'error /sections/0/nodes/2/id This is missing.',
      'error /sections/0/nodes/3/id Use letters, digits, "_", "-", "." and ":" only.',
      'error /main There is no section "gone" to begin in.',
      'error /sections/1/id A section before has the id "main" too.',
      'error /sections/0/nodes The section "main" has no Start node. Every section begins with one.',
      'error /sections/1/nodes/2 A section has exactly one Start node; this is a further one. Use an entry point.',
      'error /sections/1/nodes/1/id The id "a" is already that of a node of the section "main". Ids are unique in a scenario.',
      'error /sections/0/nodes/1/type There is no node "mesage"; it is kept and cannot be published. Did you mean "message"?',
      'error /sections/0/edges/1/to The edge leads to "nowhere", which this section does not have.',
      'error /sections/0/edges/1/output Another edge leaves "a" by "default" already. An output leads to one node.',
      'error /sections/0/edges/2/from The edge leaves "c", which this section does not have.',
      'error /sections/0/edges/3/output "a" has no output "defult". Did you mean "default"?',
      'warning /sections/1/usedAsMacro "Used as macro" is kept and not yet in effect.',
      'warning /sections/0/nodes/0 No path leads here from Start or an entry point.',
      'warning /sections/0/nodes/1 No path leads here from Start or an entry point.',
    ])
  })

  test('names every section and node a problem belongs to', () => {
    expect(check(one([{ id: 'b', type: 'mesage' }], ['start -> b'])).problems).toMatchObject([{ level: 'error', section: 'main', node: 'b' }])
  })
})

describe('aliases and jumps', () => {
  const entry = (id: string, alias: string, extra: object = {}) => ({ id, type: 'entry-point', alias, ...extra })

  test('an alias is unique, also beside the unique id of another entry point', () => {
    const document = one(
      [entry('a', 'menu'), entry('b', 'menu'), entry('c', 'other', { parameters: { connectorAlias: 'menu' } }), say('m', 'M')],
      ['start -> m', 'a -> m', 'b -> m', 'c -> m'],
    )
    expect(found(document)).toEqual([
      'error /sections/0/nodes/2/alias The alias "menu" is already that of "a" of the section "main". Aliases are unique in a scenario.',
      'error /sections/0/nodes/3/alias The alias "menu" is already that of "a" of the section "main". Aliases are unique in a scenario.',
    ])
  })

  test('jumps lead to entry points that exist', () => {
    const document = one(
      [
        entry('a', 'main_menu'),
        { id: 'go', type: 'action', parameters: { templateId: 'goto_alias', values: { alias: 'main_menus' } } },
        { id: 'late', type: 'goto_alias', parameters: { alias: '{{target}}' } },
        { id: 'op', type: 'connect-to-operator', parameters: { chat_closed_alias: 'gone' } },
        { id: 'exit', type: 'exit-point', parameters: { section: 'man' } },
      ],
      ['start -> go', 'go.error -> late', 'late.error -> op', 'op.success -> exit', 'op.limit -> exit', 'a -> go'],
    )
    expect(found(document)).toEqual([
      'error /sections/0/nodes/2/parameters/values/alias There is no entry point with the alias "main_menus". Did you mean "main_menu"?',
      'error /sections/0/nodes/4/parameters/chat_closed_alias There is no entry point with the alias "gone".',
      'error /sections/0/nodes/5/parameters/section There is no section "man" to go to. Did you mean "main"?',
    ])
  })

  test('an alias on another node, and an entry point without one, are pointed out', () => {
    const document = one(
      [
        { ...say('m', 'M'), alias: 'x' },
        { id: 'e', type: 'entry-point' },
      ],
      ['start -> m', 'e -> m'],
    )
    expect(found(document)).toEqual([
      'warning /sections/0/nodes/1/alias Only start and entry points are found by an alias; this one has no effect.',
      'warning /sections/0/nodes/2 The entry point has no alias, so only its id can be called.',
    ])
  })
})

describe('nodes', () => {
  test('are known with and without the prefix, actions also as nodes', () => {
    const nodes = [
      { id: 'a', type: 'set', parameters: { json_obj: { x: 1 } } },
      { id: 'b', type: 'action_set', parameters: { json_obj: { x: 1 } } },
      { id: 'c', type: 'action', parameters: { templateId: 'action_send_request', values: { url: 'https://x.example' } } },
      { id: 'd', type: 'action_send_request', parameters: { url: 'https://x.example' } },
    ]
    expect(found(one(nodes, ['start -> a', 'a -> b', 'b -> c', 'c.success -> d', 'c.error -> d', 'd.success -> a', 'd.error -> a']))).toEqual([])
  })

  test('have parameters that fit, with the place of each that does not', () => {
    const nodes = [
      { id: 'k', type: 'MessageKeyboard', parameters: { text: 'x', buttons: [[{ text: 'A' }, { text: '', action: 'reply' }]] } },
      { id: 'w', type: 'wait-for-input', parameters: { validation: { type: 'regexp', pattern: '(a+)+' } } },
      { id: 'op', type: 'connect-to-operator', parameters: { weight: 'much', tag_ids: [1], wieght: 3 } },
    ]
    expect(found(one(nodes)).filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining('error /sections/0/nodes/1/parameters/buttons/0'),
      'error /sections/0/nodes/2/parameters/validation/pattern A repetition inside a repetition can hang. Write the pattern without it.',
      'error /sections/0/nodes/3/parameters/weight This must be a number.',
    ])
  })

  test('may have placeholders where numbers belong, and parameters that are not yet in effect', () => {
    const document = one(
      [{ id: 'op', type: 'connect-to-operator', parameters: { weight: '{{weight}}', tag_ids: [1], wieght: 3 } }, say('m', 'M')],
      ['start -> op', 'op.success -> m', 'op.limit -> m'],
    )
    expect(found(document)).toEqual([
      'warning /sections/0/nodes/1/parameters/wieght "wieght" is not a parameter here: it is kept and has no effect. Did you mean "weight"?',
      'warning /sections/0/nodes/1/parameters/tag_ids "tag_ids" is kept but not yet in effect.',
    ])
  })

  test('of actions nobody brings, and texts that cannot be read, are errors', () => {
    const document = one(
      [{ id: 'a', type: 'action', parameters: { templateId: 'send_requst' } }, say('m', '{% if x %}')],
      ['start -> a', 'start -> m'],
    )
    expect(found(document)).toEqual([
      'error /sections/0/nodes/1/parameters/templateId There is no action "send_requst". Did you mean "send_request"?',
      expect.stringContaining('error /sections/0/nodes/2/parameters/text The placeholders of this text cannot be read'),
      expect.stringContaining('error /sections/0/edges/1/output Another edge leaves "start"'),
    ])
  })

  test('with several outputs have each of them connected, or it is pointed out', () => {
    const router = { id: 'r', type: 'action_router', parameters: { rules: [{ branch_id: 'vip', conditions: [{ field: 'x', operator: 'empty' }] }] } }
    expect(found(one([router, say('m', 'M')], ['start -> r', 'r.vip -> m']))).toEqual([
      'warning /sections/0/nodes/1 The output "else" leads nowhere: the run ends there.',
    ])
  })

  test('know the triggers there are', () => {
    const document = scenario([
      section(
        'main',
        [{ id: 's', type: 'start', parameters: { triggers: [{ type: 'channels' }, { type: 'mcp_tool' }, { type: 'chanels' }] } }, say('m', 'M')],
        ['s -> m'],
      ),
    ])
    expect(found(document)).toEqual([
      'error /sections/0/nodes/0/parameters/triggers/2/type There is no trigger "chanels". Did you mean "channels"?',
      'warning /sections/0/nodes/0/parameters/triggers/1 The trigger "mcp_tool" is kept and not yet in effect.',
    ])
  })
})

describe('the text of a document', () => {
  test('is one for one scenario, and keeps what this version does not know', () => {
    const document = one([{ type: 'future', id: 'z', parameters: { b: 1, a: 2 }, color: 'red' }], [], { later: { b: 1, a: [3, 1] } })
    const text = canonicalText(document)
    expect(JSON.parse(text)).toEqual(document)
    expect(canonicalText(JSON.parse(text))).toBe(text)
    expect(canonicalText({ sections: document.sections, ...Object.fromEntries(Object.entries(document).reverse()) })).toBe(text)
  })
})

describe('a document, whatever it is', () => {
  /** Puts something else at a place of a value; `steps` choose the way down. */
  const spoiled = (value: unknown, steps: readonly number[], by: unknown): unknown => {
    const [step, ...rest] = steps
    if (step === undefined || typeof value !== 'object' || value === null) return by
    const keys = Object.keys(value)
    const key = keys[step % Math.max(keys.length, 1)]
    if (key === undefined) return by
    const item = spoiled((value as Record<string, unknown>)[key], rest, by)
    return Array.isArray(value) ? value.map((old: unknown, index) => (String(index) === key ? item : old)) : { ...value, [key]: item }
  }
  const anything = fc.oneof(fc.jsonValue(), fc.constantFrom('', '{{', '{{a|}}', '__proto__', 'start', 'main', 0, -1, [], {}))

  test('is checked without a throw, and every problem has a place and words', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 7 }), anything, (steps, by) => {
        const { problems } = check(spoiled(shopScenario, steps, by))
        expect(problems.filter(({ path, message }) => (path !== '' && !path.startsWith('/')) || message === '')).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
