import { declaredPermissions, definePlugin, extensionPoint, permission, token } from '@parley/plugin-api'
import { asClass, asFunction, asValue } from 'awilix'
import { expect, test } from 'vitest'
import { currentContext, formatReport, LicenceSet } from '../src/index.ts'
import { boot, installed, type toyKernel } from './boot.ts'
import { applause, greeter, greetings, words } from './toys/greeter.ts'
import { Visit, visitor } from './toys/visitor.ts'

const run = <T>(kernel: Awaited<ReturnType<typeof boot>>['kernel'], id: string, work: (cradle: any) => Promise<T>): Promise<T> =>
  kernel
    .plugins()
    .find((plugin) => plugin.id === id)!
    .run({ requestId: 'r1' }, work)

test('two plugins start in graph order and call each other through a token', async () => {
  const { kernel, states } = await boot([visitor, greeter])
  expect(kernel.plugins().map((plugin) => [plugin.order, plugin.id])).toEqual([
    [0, 'greeter'],
    [1, 'visitor'],
  ])
  expect(states()).toEqual({ greeter: 'running', visitor: 'running' })
  expect(await run(kernel, 'visitor', ({ visit }) => visit.enter('Ada'))).toBe('Hello, Ada!')
})

test('a private service of one plugin is not visible in another', async () => {
  const { kernel } = await boot([visitor, greeter])
  await expect(run(kernel, 'greeter', async ({ visit }) => visit)).rejects.toThrow('visit')
})

test('a service is one object for the whole plugin', async () => {
  const { kernel } = await boot([visitor, greeter])
  const first = await run(kernel, 'visitor', async ({ visit }) => visit)
  expect(await run(kernel, 'visitor', async ({ visit }) => visit)).toBe(first)
  expect(first).toBeInstanceOf(Visit)
})

test('a scoped service is made for each piece of work and knows its actor', async () => {
  let disposed = 0
  const plugin = definePlugin({
    id: 'scopes',
    services: {
      trace: asFunction(({ requestId }: { requestId: string }) => ({ requestId }))
        .scoped()
        .disposer(() => void (disposed += 1)),
    },
  })
  const { kernel } = await boot([plugin])
  const handle = kernel.plugins()[0]!
  const before = disposed
  const traces = await Promise.all(['r1', 'r2'].map((requestId) => handle.run({ requestId }, async ({ trace }) => trace.requestId)))
  expect(traces).toEqual(['r1', 'r2'])
  expect(disposed - before).toBe(2)
})

test('work and calls across the boundary run in the context of the plugin that does them', async () => {
  const provider = definePlugin({
    id: 'provider',
    services: { where: asValue({ plugin: () => currentContext()?.plugin, request: () => currentContext()?.requestId }) },
    provides: { where: token<{ plugin(): string; request(): string }>('provider.where@1') as never },
  })
  const consumer = definePlugin({ id: 'consumer', consumes: { where: token<{ plugin(): string; request(): string }>('provider.where@1') } })
  const { kernel } = await boot([provider, consumer])
  const seen = await run(kernel, 'consumer', async ({ where }) => [
    currentContext()?.plugin,
    where.plugin(),
    where.request(),
    currentContext()?.plugin,
  ])
  expect(seen).toEqual(['consumer', 'provider', 'r1', 'consumer'])
})

test('an optional service is undefined when nobody provides it and arrives when somebody does', async () => {
  let claps = 0
  const audience = definePlugin({
    id: 'audience',
    services: { applause: asValue({ clap: () => (claps += 1) }) },
    provides: { applause },
  })
  const alone = await boot([greeter])
  expect(await run(alone.kernel, 'greeter', ({ greetings: service }) => service.greet('Ada'))).toBe('Hello, Ada!')
  const together = await boot([greeter, audience])
  await run(together.kernel, 'greeter', ({ greetings: service }) => service.greet('Ada'))
  expect(claps).toBe(1)
  expect(together.kernel.plugins().map((plugin) => plugin.id)).toEqual(['audience', 'greeter'])
})

test('two plugins that need each other, one of them optionally, both start', async () => {
  const audience = definePlugin({
    id: 'audience',
    consumes: { greetings },
    services: { applause: asValue({ clap: () => 1 }) },
    provides: { applause },
  })
  const { kernel, states } = await boot([greeter, audience])
  expect(states()).toEqual({ greeter: 'running', audience: 'running' })
  expect(kernel.plugins().map((plugin) => plugin.id)).toEqual(['greeter', 'audience'])
  expect(await run(kernel, 'greeter', async ({ applause: service }) => service.clap())).toBe(1)
})

test('contributions are made at first use, listed in graph order, and the same object each time', async () => {
  let made = 0
  const german = definePlugin({ id: 'german', contributes: (add) => [add(words, 'de', () => ({ word: `Hallo ${(made += 1)}` }))] })
  const { kernel } = await boot([visitor, greeter, german])
  const view = kernel.point(words)
  expect(made).toBe(0)
  expect([...view.keys()]).toEqual(['de', 'uk'])
  expect(view.get('de')).toBe(view.get('de'))
  expect(view.get('de')?.word).toBe('Hallo 1')
  expect(view.get('none')).toBeUndefined()
  expect([view.size, view.has('uk'), view.has('none'), [...view].length]).toEqual([2, true, false, 2])
})

test('a contribution that cannot be made is left out and the others stay', async () => {
  const broken = definePlugin({
    id: 'broken',
    contributes: (add) => [
      add(words, 'xx', () => {
        throw new Error('no such language')
      }),
    ],
  })
  const { kernel, log } = await boot([visitor, greeter, broken])
  expect([...kernel.point(words).keys()]).toEqual(['uk'])
  expect(log.at(-1)).toMatchObject({ level: 'error', data: { plugin: 'broken', key: 'xx' } })
})

test('a contribution to a point that nobody owns is a warning', async () => {
  const { log, states } = await boot([
    definePlugin({ id: 'metrics', contributes: (add) => [add(extensionPoint('statistics.metrics@1'), 'rate', () => 1)] }),
  ])
  expect(states()).toEqual({ metrics: 'running' })
  expect(log.map((line) => line.message)).toContain(
    '"metrics" contributes "rate" to "statistics.metrics@1" and no enabled plugin owns that point; the contribution is left out.',
  )
})

test('where one contribution is allowed, the deployer chooses between two', async () => {
  const storage = extensionPoint<string>('files.storage@1', 'one')
  const files = definePlugin({ id: 'files', owns: [storage] })
  const disk = definePlugin({ id: 'files-disk', contributes: (add) => [add(storage, 'disk', () => 'disk')] })
  const cloud = definePlugin({ id: 'files-s3', contributes: (add) => [add(storage, 's3', () => 's3')] })
  const { kernel } = await boot([files, disk, cloud], { chosen: { 'files.storage@1': 'files-s3' } })
  expect([...kernel.point(storage).values()]).toEqual(['s3'])
})

test('stop runs the hooks in reverse order and disposes afterwards', async () => {
  const told: string[] = []
  const service = (name: string) =>
    asClass(
      class {
        close = (): void => void told.push(`dispose ${name}`)
      },
    )
      .singleton()
      .disposer((one) => one.close())
  const first = definePlugin({
    id: 'first',
    services: { pool: service('first') },
    provides: { pool: token<object>('first.pool@1') },
    stop: () => void told.push('stop first'),
  })
  const second = definePlugin({ id: 'second', consumes: { pool: token<object>('first.pool@1') }, stop: () => void told.push('stop second') })
  const { kernel, states } = await boot([first, second])
  await kernel.stop()
  expect(told).toEqual(['stop second', 'stop first', 'dispose first'])
  expect(states()).toEqual({ first: 'stopped', second: 'stopped' })
})

test('configuration reaches the plugin, and only what is marked reaches the screen', async () => {
  const { kernel } = await boot([greeter], { values: { plugins: { greeter: { config: { punctuation: '?', password: 'secret' } } } } })
  expect(await run(kernel, 'greeter', ({ greetings: service }) => service.greet('Ada'))).toBe('Hello, Ada?')
  expect(kernel.uiConfig('greeter')).toEqual({ punctuation: '?' })
})

test('declarations are read once and offered with the plugin', async () => {
  const { kernel } = await boot([visitor, greeter])
  const handle = kernel.plugins()[1]!
  expect(handle.declarations.routes.map((route) => [route.method, route.path, route.options.auth])).toEqual([['GET', '/', 'public']])
  expect(handle.declarations).toBe(handle.declarations)
})

test('the report is a table', async () => {
  const off = installed(visitor, { version: '2.1.0' })
  const { kernel } = await boot([greeter, off], { values: { plugins: { visitor: { enabled: false } } } })
  expect(formatReport(kernel.report())).toBe(
    [
      'plugin   version  state     start  reason',
      'greeter  1.0.0    running    0 ms',
      'visitor  2.1.0    disabled   0 ms  it is disabled (plugins.visitor.enabled: false)',
    ].join('\n'),
  )
})

test('code of a disabled, withheld, incompatible or unlicensed plugin is never imported', async () => {
  let imported = 0
  const trap = (id: string, more: object): Parameters<typeof toyKernel>[0][number] => ({
    id,
    version: '1.0.0',
    load: async () => void (imported += 1),
    ...more,
  })
  const manifest = { kind: 'feature', api: '^1.0' } as const
  const { states } = await boot(
    [
      trap('disabled', {}),
      trap('future', { manifest: { ...manifest, id: 'future', api: '^2.0' } }),
      trap('paid', { manifest: { ...manifest, id: 'paid', licence: 'gold' } }),
      trap('crashed', { withheld: { state: 'quarantined', reason: 'it stopped the process three times in ten minutes' } }),
    ],
    {
      values: { plugins: { disabled: { enabled: false } } },
      licensing: new LicenceSet({ base: [], required: false, keys: [], now: () => new Date() }),
    },
  )
  expect(imported).toBe(0)
  expect(states()).toEqual({
    crashed: 'quarantined: it stopped the process three times in ten minutes',
    disabled: 'disabled: it is disabled (plugins.disabled.enabled: false)',
    future: 'incompatible: it was built for version ^2.0 of the plugin API and this host has 1.0.0. Install a release of it that fits',
    paid: 'unlicensed: it needs a licence with the feature "gold", and there is no licence here',
  })
})

test('the permissions of the host and of every running plugin are listed, with the words of its manifest', async () => {
  const view = permission('toys', 'view', 'See toys')
  const administer = permission('host', 'edit', 'Administer')
  const play = permission('toys', 'play', 'Play')
  const toys = definePlugin({ id: 'toys', permissions: [view, play] })
  const words = { en: 'See toys', uk: 'Бачити іграшки' }
  const manifest = { id: 'toys', kind: 'feature' as const, api: '^1.0', permissions: { 'toys.view': words, 'toys.play': 'Play' } }
  const { kernel } = await boot([installed(toys, { manifest }), greeter], { permissions: [administer] })
  expect([...kernel.point(declaredPermissions)]).toEqual([
    ['host', [administer]],
    ['toys', [{ ...view, words }, play]],
  ])
  kernel.suspend('toys', 'for a test')
  expect([...kernel.point(declaredPermissions).keys()]).toEqual(['host'])
})
