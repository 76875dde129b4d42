import { expect, test } from 'vitest'
import { problemList } from './graph-messages.ts'
import { linkPlugins, type GraphNode, type HostPoints } from './plugin-graph.ts'

const node = (id: string, more: Partial<Omit<GraphNode, 'consumes'>> & { needs?: string[]; likes?: string[] } = {}): GraphNode => ({
  id,
  provides: [],
  owns: [],
  contributes: [],
  consumes: [...(more.needs ?? []).map((token) => ({ token, optional: false })), ...(more.likes ?? []).map((token) => ({ token, optional: true }))],
  ...(({ needs: _, likes: __, ...rest }) => rest)(more),
})

const problems = (nodes: GraphNode[], host?: HostPoints): string[] => linkPlugins(nodes, host).problems.map((problem) => problem.text)

const storage = { id: 'files.storage@1', cardinality: 'one' } as const

test('all problems of a graph are told together', () => {
  const nodes = [
    node('broadcasts', { needs: ['conversations.outbox@1'] }),
    node('conversations', {
      provides: ['conversations.outbox@1'],
      withheld: 'it is disabled in config/production.yaml (plugins.conversations.enabled: false)',
    }),
    node('quality', { needs: ['statistics.reader@1'], provides: ['quality.scores@1'] }),
    node('statistics', { needs: ['quality.scores@1'], provides: ['statistics.reader@1'] }),
    node('files', { owns: [storage] }),
    node('files-s3', { contributes: [{ point: storage.id, key: 's3' }] }),
    node('files-disk', { contributes: [{ point: storage.id, key: 'disk' }] }),
  ]
  expect(problemList('The plugin graph', problems(nodes))).toBe(`The plugin graph has 3 problems; nothing was started.
  1. "broadcasts" needs the service "conversations.outbox@1" and no enabled plugin provides it.
     "conversations" does, but it is disabled in config/production.yaml (plugins.conversations.enabled: false).
  2. Dependency cycle: quality -> statistics -> quality.
     quality needs statistics.reader@1; statistics needs quality.scores@1. Make one optional() or use an event.
  3. "files.storage@1" takes one contribution and has two: files-disk, files-s3. Choose one in host.points."files.storage@1".`)
})

test.each<[string, GraphNode[], string]>([
  [
    'a service of another version',
    [node('a', { needs: ['b.thing@1'] }), node('b', { provides: ['b.thing@2'] })],
    '"a" needs the service "b.thing@1" and no enabled plugin provides it.\n"b" provides "b.thing@2", another version of it. Install releases that fit together.',
  ],
  [
    'a misspelt service',
    [node('a', { needs: ['b.thong@1'] }), node('b', { provides: ['b.thing@1'] })],
    '"a" needs the service "b.thong@1" and no enabled plugin provides it.\nDid you mean "b.thing@1"?',
  ],
  [
    'a service of a plugin that could not be imported',
    [node('a', { needs: ['b.thing@1'] }), node('b', { withheld: 'it failed: import failed: no file' })],
    '"a" needs the service "b.thing@1" and no enabled plugin provides it.\n"b" probably does, but it failed: import failed: no file.',
  ],
  [
    'a service nobody knows',
    [node('a', { needs: ['weather.forecast@1'] })],
    '"a" needs the service "weather.forecast@1" and no enabled plugin provides it.\nAdd the plugin that provides it to config/plugins.yaml.',
  ],
  [
    'its own service',
    [node('a', { needs: ['a.x@1'], provides: ['a.x@1'] })],
    '"a" consumes "a.x@1", which it provides itself.\nUse the service by its name in "services" instead.',
  ],
  [
    'two providers',
    [node('b', { provides: ['a.x@1'] }), node('a', { provides: ['a.x@1'] })],
    '"a.x@1" is provided by two plugins: a, b. Disable one of them.',
  ],
  [
    'two owners of a point',
    [node('a', { owns: [{ id: 'a.p@1', cardinality: 'many' }] }), node('b', { owns: [{ id: 'a.p@1', cardinality: 'many' }] })],
    'The point "a.p@1" has two owners: a, b. Disable one of them.',
  ],
  [
    'a key that is contributed twice',
    [
      node('a', { owns: [{ id: 'a.p@1', cardinality: 'many' }], contributes: [{ point: 'a.p@1', key: 'k' }] }),
      node('b', { contributes: [{ point: 'a.p@1', key: 'k' }] }),
    ],
    '"k" is contributed to "a.p@1" twice: a, b. Disable one of them.',
  ],
  [
    'a key that one plugin contributes twice',
    [
      node('a', { owns: [{ id: 'a.p@1', cardinality: 'many' }] }),
      node('b', {
        contributes: [
          { point: 'a.p@1', key: 'k' },
          { point: 'a.p@1', key: 'k' },
        ],
      }),
    ],
    '"b" contributes "k" to "a.p@1" twice. Give one of them another key.',
  ],
  [
    'a long cycle, told once and by its shortest way',
    [
      node('a', { needs: ['b.x@1'], provides: ['a.x@1'] }),
      node('b', { needs: ['c.x@1'], provides: ['b.x@1'] }),
      node('c', { needs: ['a.x@1', 'd.x@1'], provides: ['c.x@1'] }),
      node('d', { needs: ['a.x@1'], provides: ['d.x@1'] }),
    ],
    'Dependency cycle: a -> b -> c -> a.\na needs b.x@1; b needs c.x@1; c needs a.x@1. Make one optional() or use an event.',
  ],
])('the message for %s', (_, nodes, message) => {
  expect(problems(nodes)).toEqual([message])
})

test('a choice must name a plugin that contributes', () => {
  const nodes = [node('files', { owns: [storage] }), node('files-disk', { contributes: [{ point: storage.id, key: 'disk' }] })]
  expect(problems(nodes, { points: [], chosen: { 'files.storage@1': 'files-s3' } })).toEqual([
    'host.points."files.storage@1" chooses "files-s3", which contributes nothing to it. Choose one of: files-disk.',
  ])
})

test('providers come before consumers, and optional ones too where that is possible', () => {
  const nodes = [
    node('a', { needs: ['d.x@1'], likes: ['b.x@1'], provides: ['a.x@1'] }),
    node('b', { needs: ['c.x@1'], provides: ['b.x@1'] }),
    node('c', { likes: ['a.x@1'], provides: ['c.x@1'] }),
    node('d', { provides: ['d.x@1'] }),
  ]
  const graph = linkPlugins(nodes)
  expect(graph.problems).toEqual([])
  expect(graph.order).toEqual(['c', 'd', 'b', 'a'])
  expect(graph.waitsFor.get('c')).toEqual([])
})

test('the order does not depend on the order of installation', () => {
  const nodes = [node('a', { needs: ['b.x@1'] }), node('b', { provides: ['b.x@1'] }), node('c'), node('d', { likes: ['b.x@1'] })]
  expect(linkPlugins([...nodes].reverse()).order).toEqual(linkPlugins(nodes).order)
})
