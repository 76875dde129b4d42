import { definePlugin, token, type Plugin } from '@parley/plugin-api'
import { asClass, asFunction, asValue } from 'awilix'
import { expect, test } from 'vitest'
import { boot, installed, toyKernel } from './boot.ts'
import { applause, greeter, greetings, words } from './toys/greeter.ts'
import { visitor } from './toys/visitor.ts'

const failing = (hook: 'init' | 'start'): Plugin => ({
  ...greeter,
  spec: {
    ...greeter.spec,
    [hook]: () => {
      throw new Error('no network')
    },
  },
})
const hanging: Plugin = { ...greeter, spec: { ...greeter.spec, init: () => new Promise<void>(() => undefined) } }

test('a plugin that fails is withdrawn, what needs it is blocked with the chain, the rest runs', async () => {
  const further = definePlugin({ id: 'further', consumes: { visit: token<object>('visitor.visit@1') } })
  const visiting = definePlugin({
    id: 'visitor',
    consumes: { greetings },
    services: { visit: asValue({}) },
    provides: { visit: token<object>('visitor.visit@1') },
  })
  const { states, kernel } = await boot([failing('init'), visiting, further, definePlugin({ id: 'unconcerned' })])
  expect(states()).toEqual({
    greeter: 'failed: init failed: no network',
    visitor: 'blocked: waits for greeter.greetings@1 of greeter: init failed: no network',
    further: 'blocked: waits for visitor.visit@1 of visitor, which waits for greeter.greetings@1 of greeter: init failed: no network',
    unconcerned: 'running',
  })
  await expect(
    kernel
      .plugins()
      .find((plugin) => plugin.id === 'visitor')!
      .run({ requestId: 'r' }, async () => 1),
  ).rejects.toMatchObject({
    code: 'plugin_unavailable',
    message: '"visitor" is blocked: waits for greeter.greetings@1 of greeter: init failed: no network',
  })
})

test('the contributions of a failed plugin vanish', async () => {
  const broken = definePlugin({
    id: 'broken',
    contributes: (add) => [add(words, 'xx', () => ({ word: 'x' }))],
    init: () => Promise.reject(new Error('no')),
  })
  const { kernel } = await boot([greeter, visitor, broken])
  expect([...kernel.point(words).keys()]).toEqual(['uk'])
})

test('an optional consumer of a failed plugin runs without it', async () => {
  const audience = definePlugin({
    id: 'audience',
    services: { applause: asValue({ clap: () => 1 }) },
    provides: { applause },
    init: () => Promise.reject(new Error('no')),
  })
  const { kernel, states } = await boot([greeter, audience])
  expect(states()['greeter']).toBe('running')
  expect(
    await kernel
      .plugins()
      .find((one) => one.id === 'greeter')!
      .run({ requestId: 'r' }, async (cradle) => cradle.applause),
  ).toBeUndefined()
})

test('a failing start hook withdraws the plugin and blocks its consumers', async () => {
  const { states } = await boot([failing('start'), visitor])
  expect(states()).toEqual({
    greeter: 'failed: start failed: no network',
    visitor: 'blocked: waits for greeter.greetings@1 of greeter: start failed: no network',
  })
})

test('a plugin that the host refuses is withdrawn before its init, and blocks its consumers', async () => {
  let asked: readonly string[] = []
  const { states } = await boot([visitor, greeter], {
    refused: (plugins) => {
      asked = plugins.map(({ id }) => id)
      return new Map([['greeter', 'its routes are not mounted: no']])
    },
  })
  expect(asked).toEqual(['visitor', 'greeter'])
  expect(states()).toEqual({
    greeter: 'failed: its routes are not mounted: no',
    visitor: 'blocked: waits for greeter.greetings@1 of greeter: its routes are not mounted: no',
  })
})

test('a plugin that hangs fails after thirty seconds, and the log says who is still starting, ever more rarely', async () => {
  const { kernel, clock, states, log } = toyKernel([hanging, visitor])
  await kernel.load()
  const starting = kernel.init()
  await clock.advance(29_999)
  expect(states()['greeter']).toBe('registered')
  await clock.advance(1)
  await starting
  expect(states()).toEqual({
    greeter: 'failed: init did not finish within 30 s',
    visitor: 'blocked: waits for greeter.greetings@1 of greeter: init did not finish within 30 s',
  })
  expect(log.filter((line) => line.message === 'Plugins are still starting').map((line) => line.data['plugins'])).toEqual([
    ['greeter (1 s)'],
    ['greeter (3 s)'],
    ['greeter (7 s)'],
    ['greeter (15 s)'],
  ])
  expect(kernel.report().plugins[0]).toMatchObject({ plugin: 'greeter', phase: 'init', milliseconds: 30_000 })
})

test('a critical plugin that fails stops everything, in order', async () => {
  const stopped: string[] = []
  const other = definePlugin({ id: 'other', stop: () => void stopped.push('other') })
  await expect(boot([failing('init'), other], { critical: ['greeter'] })).rejects.toThrow(
    '"greeter" is critical (host.critical) and did not start: init failed: no network',
  )
  expect(stopped).toEqual(['other'])
})

test('a module that throws while it is imported is a failed plugin', async () => {
  const { states } = await boot([installed(greeter, { load: () => Promise.reject(new Error('Cannot find module "x"')) }), visitor])
  expect(states()).toEqual({
    greeter: 'failed: import failed: Cannot find module "x"',
    visitor:
      'blocked: "visitor" needs the service "greeter.greetings@1" and no enabled plugin provides it. ' +
      '"greeter" probably does, but it failed: import failed: Cannot find module "x".',
  })
})

test('a wrong configuration fails the plugin with everything that is wrong', async () => {
  const { states } = await boot([greeter, visitor], { values: { plugins: { greeter: { config: { punctuaton: 5, password: 1 } } } } })
  expect(states()['greeter']).toBe(
    'failed: its configuration is wrong: plugins.greeter.config.punctuaton: there is no such key. Did you mean "punctuation"? ' +
      'plugins.greeter.config.password: Invalid input: expected string, received number',
  )
  expect(states()['visitor']).toMatch(/^blocked: waits for greeter.greetings@1 of greeter: its configuration is wrong/)
})

test('code that differs from its manifest is refused', async () => {
  const manifest = { id: 'greeter', kind: 'feature', api: '^1.0', provides: ['greeter.salutes@1'] } as const
  const { states } = await boot([installed(greeter, { manifest })])
  expect(states()['greeter']).toBe(
    'failed: import failed: "parley.provides" in package.json differs from the code in: greeter.greetings@1, greeter.salutes@1. Correct it with: parley-plugin check --fix',
  )
})

test.each([
  [
    'a misspelt constructor parameter',
    { client: asFunction(({ tokenn }: any) => tokenn).singleton(), driver: asFunction(({ client }: any) => client).singleton() },
    'init failed: The service "client" asks for "tokenn", which is not in the cradle (client -> tokenn). ' +
      'Declare it in "services" or "consumes", or correct the name.',
  ],
  [
    'a circle of services',
    { a: asFunction(({ b }: any) => b).singleton(), b: asFunction(({ a }: any) => a).singleton() },
    'init failed: Services need one another: a -> b -> a. Break the circle.',
  ],
  [
    'a singleton that keeps something short-lived',
    { keeper: asFunction(({ scrap }: any) => scrap).singleton(), scrap: asFunction(() => ({})).scoped() },
    'init failed: The service "keeper" keeps "scrap", which lives shorter (keeper -> scrap). Add .singleton() to "scrap".',
  ],
  [
    'an async factory',
    { slow: asFunction(async () => ({})).singleton() },
    'init failed: The service "slow" is made by an async factory. Make it synchronous and do the waiting in init.',
  ],
  [
    'a constructor that throws',
    {
      bad: asClass(
        class {
          constructor() {
            throw new Error('no key')
          }
        },
      ).singleton(),
    },
    'init failed: The service "bad" cannot be made: no key',
  ],
  [
    'a name of the host',
    { clock: asValue(1) },
    'registration failed: The name "clock" in "services" is already used by the host. Choose another name.',
  ],
])('%s is found at boot', async (_, services, reason) => {
  const { states } = await boot([definePlugin({ id: 'toy', services: services as never })])
  expect(states()['toy']).toBe(`failed: ${reason}`)
})

test('a provided service must be one object', async () => {
  const { states } = await boot([
    definePlugin({ id: 'toy', services: { thing: asFunction(() => ({})) }, provides: { thing: token<object>('toy.thing@1') } }),
  ])
  expect(states()['toy']).toBe('failed: registration failed: The service "thing" is provided and made anew at each use. Add .singleton() to it.')
})

test('a declaration that names something twice is refused', async () => {
  const job = { payload: { '~standard': {} } as never }
  const plugin = definePlugin({ id: 'toy', jobs: (add) => [add('send', job, async () => undefined), add('send', job, async () => undefined)] })
  const { states } = await boot([plugin])
  expect(states()['toy']).toBe('failed: import failed: The job "send" is declared twice. Remove one of them.')
})

test('a suspended plugin disappears and comes back without a restart of its consumers', async () => {
  const { kernel } = await boot([greeter, visitor])
  const visit = () => kernel.plugins()[1]!.run({ requestId: 'r' }, ({ visit: service }) => service.enter('Ada'))
  const seen: string[] = []
  kernel.onChange(({ plugin, state }) => seen.push(`${plugin} ${state}`))
  kernel.suspend('greeter', 'the licence ended yesterday')
  await expect(visit()).rejects.toMatchObject({
    code: 'plugin_unavailable',
    message: '"greeter" is suspended: the licence ended yesterday',
    details: { plugin: 'greeter', state: 'suspended' },
  })
  kernel.suspend('visitor', 'for a test')
  expect([...kernel.point(words)]).toEqual([])
  kernel.resume('visitor')
  kernel.resume('greeter')
  expect(await visit()).toBe('Hello, Ada!')
  expect([...kernel.point(words).keys()]).toEqual(['uk'])
  expect(seen).toEqual(['greeter suspended', 'visitor suspended', 'visitor running', 'greeter running'])
})

test('work of a plugin that throws before it waits rejects, as if it had waited', async () => {
  const { kernel } = await boot([greeter])
  const thrown = kernel.plugins()[0]!.run({ requestId: 'r' }, () => {
    throw new Error('at once')
  })
  await expect(thrown).rejects.toThrow('at once')
})

test('a plugin whose migration failed is withdrawn before init', async () => {
  const { kernel, states } = toyKernel([greeter, visitor])
  await kernel.load()
  kernel.fail('greeter', 'migration', new Error('column exists'))
  await kernel.init()
  expect(states()).toEqual({
    greeter: 'failed: migration failed: column exists',
    visitor: 'blocked: waits for greeter.greetings@1 of greeter: migration failed: column exists',
  })
})

test('a stop hook that fails does not keep the others from stopping', async () => {
  const stopped: string[] = []
  const bad = definePlugin({ id: 'z-bad', stop: () => Promise.reject(new Error('stuck')) })
  const good = definePlugin({ id: 'a-good', stop: () => void stopped.push('a-good') })
  const { kernel, log } = await boot([bad, good])
  await kernel.stop()
  expect(stopped).toEqual(['a-good'])
  expect(log.at(-1)).toMatchObject({ message: 'A plugin failed to stop', data: { plugin: 'z-bad' } })
})
