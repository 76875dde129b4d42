import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configOf } from '@parley/kernel'
import { parse } from 'yaml'
import { hostConfig } from '../../host/src/host-config.ts'
import { allRoles, parseRoles } from '../../host/src/roles.ts'
import { refuseCredentials } from '../../host/src/runner/refuse-credentials.ts'
import { problemsOf, read, repository, variablesOf } from './files.ts'

interface Service {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly networks?: readonly string[]
  readonly depends_on?: object
  readonly read_only?: boolean
  readonly stop_grace_period?: string
  readonly image?: string
}

const example = variablesOf(read('compose/.env.example'))
const values = {
  ...example,
  POSTGRES_PASSWORD: 'secret',
  PARLEY_SYSTEM_TOKEN: '0123456789abcdef',
  PARLEY_ADMIN_PASSWORD: 'Admin-parley-1',
  PARLEY_RUNNER_TOKEN: '0123456789abcdef',
}
// as compose puts them in; "?" means that a missing one is refused
const text = read('compose/compose.yaml').replace(
  /\$\{(\w+)(?::[?-]([^}]*))?\}/g,
  (_, name: string, other?: string) => (values as Record<string, string>)[name] || other || '',
)
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>
  volumes: object
  networks: Record<string, { readonly internal?: boolean; readonly driver_opts?: Readonly<Record<string, string>> }>
}
const processes = Object.entries(compose.services).filter(([, { image }]) => image?.startsWith('parley:'))

test('every command is one that Parley has, and there are two of each role', () => {
  const roles = processes.flatMap(([, { command = [] }]) => {
    const [name, option, given, ...rest] = command
    if (name === 'migrate') return []
    expect([name, option, rest]).toEqual(['start', '--role', []])
    return parseRoles(given)
  })
  expect(roles.toSorted()).toEqual([...allRoles, ...allRoles].toSorted())
})

test('every variable is one that Parley reads, with a value that it accepts', async () => {
  for (const [, { environment = {} }] of processes) expect(await problemsOf(environment)).toEqual([])
  for (const name of text.match(/\$\{/g) ?? []) throw new Error(`${name} was not replaced`)
  const asked = new Set([...read('compose/compose.yaml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name))
  expect([...asked].filter((name) => !(name! in example))).toEqual([])
})

test('runners hold no credentials and no data, reach nobody, and are named to those that have code for them', () => {
  const has = (role: string) => processes.filter(([, { command = [] }]) => command[2] === role)
  const runners = has('runner')
  for (const [, { environment = {}, volumes, networks }] of runners) {
    expect(() => refuseCredentials(configOf({}), environment)).not.toThrow()
    expect([Object.keys(environment), volumes, networks]).toEqual([['PARLEY_RUNNER_TOKEN'], undefined, ['code']])
  }
  expect(compose.networks['code']).toEqual({ internal: true, driver_opts: { 'com.docker.network.bridge.inhibit_ipv4': 'true' } })
  expect(processes.filter(([, { networks = [] }]) => networks.includes('code')).map(([name]) => name.split('-')[0])).toEqual([
    'web',
    'web',
    'worker',
    'worker',
    'runner',
    'runner',
  ])
  const { runner } = hostConfig.parse({ runner: { urls: has('worker')[0]![1].environment!['PARLEY_RUNNER_URLS'], token: '0123456789abcdef' } })
  expect(runner.urls).toEqual(runners.map(([name]) => `http://${name}:${hostConfig.parse({}).server.port}`))
  expect(runner.memory * runner.parallel).toBeLessThan(1024 * 0.75)
})

test('what is named is there', () => {
  const names = Object.keys(compose.services)
  for (const [name, { depends_on = [], volumes = [] }] of Object.entries(compose.services)) {
    const needed = Array.isArray(depends_on) ? (depends_on as string[]) : Object.keys(depends_on)
    expect(needed.filter((one) => !names.includes(one))).toEqual([])
    const mounted = volumes.map((volume) => volume.split(':')[0]!).filter((volume) => !volume.startsWith('.'))
    expect([name, mounted.filter((volume) => !(volume in compose.volumes))]).toEqual([name, []])
  }
})

test('the load balancer sends sockets to realtime and the rest to web, at the port that they listen on', () => {
  const caddy = read('compose/Caddyfile')
  const port = hostConfig.parse({}).server.port
  const of = (role: string): string => processes.flatMap(([name, { command = [] }]) => (command[2] === role ? [`${name}:${port}`] : [])).join(' ')
  expect(caddy).toContain(`reverse_proxy @sockets {$PARLEY_REALTIME:${of('realtime')}}`)
  expect(caddy).toContain(`reverse_proxy {$PARLEY_WEB:${of('web')}}`)
  expect(caddy).toContain('health_uri /health/ready')
})

test('processes change nothing but their data, and are given the time they need to stop', () => {
  const { drainTimeout } = hostConfig.parse({}).host
  for (const [, service] of processes) {
    expect(service.read_only).toBe(true)
    expect(Number.parseInt(service.stop_grace_period!, 10)).toBeGreaterThan(drainTimeout + 5)
  }
})

test('the image starts what the host is', () => {
  const dockerfile = read('Dockerfile')
  expect(dockerfile).toMatch(/ENTRYPOINT \["node", "--max-semi-space-size=64", "host\/dist\/main\.js"\]\nCMD \["start"\]/)
  expect(dockerfile).toMatch(/^USER node$/m)
  expect(dockerfile).toContain(`EXPOSE ${hostConfig.parse({}).server.port}`)
  expect(dockerfile).toMatch(/^ENV NODE_ENV=production PARLEY_HOME=\/parley PARLEY_DATA_DIR=\/data$/m)
})

test('keys and data come neither into git nor into an image', () => {
  const left = (file: string): string[] => readFileSync(`${repository}/${file}`, 'utf8').split('\n')
  expect(left('.gitignore')).toEqual(expect.arrayContaining(['.env', '.data/', 'config/local.yaml']))
  expect(left('.dockerignore')).toEqual(expect.arrayContaining(['**/.env', '.data', 'config/local.yaml', '.git', '**/node_modules']))
})
