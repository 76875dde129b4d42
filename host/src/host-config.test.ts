import { expect, test } from 'vitest'
import { TemporaryInstallation } from '../test/temporary-installation.ts'
import { publisherTrust, readDeploymentConfig } from './host-config.ts'
import { allRoles, parseRoles } from './roles.ts'

test('an empty configuration is a working one', async () => {
  using place = new TemporaryInstallation()
  const { host, environment, loaded } = await readDeploymentConfig(place.root, {})
  expect(loaded.problems).toEqual([])
  expect(environment).toBe('development')
  expect(host.server.port).toBe(3000)
  expect(host.data.directory).toBe('./.data')
  expect(host.database.url).toBeUndefined()
})

test('the well-known variables work as one expects', async () => {
  using place = new TemporaryInstallation()
  const { host, loaded } = await readDeploymentConfig(place.root, {
    PORT: '8080',
    DATABASE_URL: 'postgres://localhost/parley',
    DATABASE_REPORTS_URL: 'postgres://one,two/parley',
    REDIS_URL: 'redis://localhost',
    PARLEY_DATA_DIR: '/var/lib/parley',
    PARLEY_PUBLIC_URL: 'https://chat.example.org',
  })
  expect(loaded.problems).toEqual([])
  expect(host).toMatchObject({
    server: { port: 8080, publicUrl: 'https://chat.example.org' },
    database: { url: 'postgres://localhost/parley', reports: { url: 'postgres://one,two/parley', connections: 4 } },
    redis: { url: 'redis://localhost' },
    data: { directory: '/var/lib/parley' },
  })
})

test('all problems are told together, with their place and a suggestion', async () => {
  using place = new TemporaryInstallation({ 'config/local.yaml': 'server: { prt: 1 }\nlog: { level: loud }\nserverr: {}' })
  const { loaded } = await readDeploymentConfig(place.root, { PORT: 'eighty', DATABASE_URL: 'mysql://x' })
  expect(loaded.problems).toEqual([
    'server.prt in config/local.yaml: there is no such key. Did you mean "port"?',
    'serverr in config/local.yaml: there is no such key. Did you mean "server"?',
    'server.port in PORT: Invalid input: expected number, received NaN',
    'database.url in DATABASE_URL: must begin with postgres://',
    'log.level in config/local.yaml: Invalid option: expected one of "debug"|"info"|"warn"|"error"|"silent"',
  ])
})

test('Redis may be one, watched by Sentinels, or a cluster', async () => {
  using place = new TemporaryInstallation()
  const problems = async (url: string) => (await readDeploymentConfig(place.root, { REDIS_URL: url })).loaded.problems
  for (const url of ['rediss://one', 'redis+sentinel://one,two/master', 'redis+cluster://one:1,two:2']) expect(await problems(url)).toEqual([])
  expect(await problems('redis+sentinel://one')).toEqual([
    expect.stringMatching(/^redis\.url in REDIS_URL: must be redis:\/\/host:6379, redis\+sentinel/),
  ])
})

test('keys of publishers are one or several, and nothing else', async () => {
  const key = `ed25519:${'A'.repeat(43)}`
  using right = new TemporaryInstallation({ 'config/local.yaml': `host: { publishers: { acme: '${key}', shop: ['${key}'] } }` })
  const { host, loaded } = await readDeploymentConfig(right.root, {})
  expect(loaded.problems).toEqual([])
  expect(publisherTrust(host)).toEqual({ required: false, publishers: { acme: [key], shop: [key] } })
  using wrong = new TemporaryInstallation({ 'config/local.yaml': 'host: { signatures: require, publishers: { acme: rsa } }' })
  expect((await readDeploymentConfig(wrong.root, {})).loaded.problems.map((problem) => problem.split(' in ')[0])).toEqual([
    'host.signatures',
    'host.publishers.acme',
  ])
})

test('roles are all of them, or those that are named', () => {
  expect(parseRoles(undefined)).toEqual(allRoles)
  expect(parseRoles('worker, web')).toEqual(['web', 'worker'])
  expect(parseRoles('worker:web')).toEqual(['web', 'worker'])
  expect(() => parseRoles('web,wroker')).toThrow(
    'There is no role "wroker". Did you mean "worker"? Roles are: web, worker, realtime, connector, scheduler, runner.',
  )
})
