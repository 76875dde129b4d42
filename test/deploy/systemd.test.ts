import { existsSync, readdirSync } from 'node:fs'
import { configOf } from '@parley/kernel'
import { expect, test } from 'vitest'
import { hostConfig } from '../../host/src/host-config.ts'
import { allRoles, parseRoles } from '../../host/src/roles.ts'
import { refuseCredentials } from '../../host/src/runner/refuse-credentials.ts'
import { problemsOf, read, repository, variablesOf } from './files.ts'

const units = readdirSync(`${repository}/deploy/systemd`).filter((name) => name.endsWith('.service'))

/** The last value of each key; comments and sections apart. */
const valuesOf = (unit: string): Record<string, string> =>
  Object.fromEntries([...read(`systemd/${unit}`).matchAll(/^([A-Za-z]+)=(.*)$/gm)].map(([, key, value]) => [key!, value!]))

test.each(units)('%s runs a command that Parley has, as nobody in particular, with variables that it reads', async (unit) => {
  const { ExecStart, Environment, User, ProtectSystem, NoNewPrivileges } = valuesOf(unit)
  const [node, ...words] = ExecStart!.split(' ')
  const [program, command] = words.filter((word) => !word.startsWith('--max'))
  expect(node).toBe('/usr/bin/node')
  expect(existsSync(`${repository}/${program!.replace('/opt/parley/', '').replace('dist/main.js', 'src/main.ts')}`)).toBe(true)
  expect(existsSync(`${repository}/host/src/cli/${command}.command.ts`)).toBe(true)
  expect(await problemsOf(variablesOf(Environment!.replaceAll(' ', '\n')))).toEqual([])
  expect([User, ProtectSystem, NoNewPrivileges]).toEqual([unit === 'parley-runner.service' ? 'parley-runner' : 'parley', 'strict', 'yes'])
})

test('the template takes roles as the command line does, and waits longer than a process needs to stop', () => {
  const { ExecStart, TimeoutStopSec } = valuesOf('parley@.service')
  expect(ExecStart).toMatch(/ start --role %i$/)
  expect(parseRoles(allRoles.join(':'))).toEqual(allRoles)
  expect(Number(TimeoutStopSec)).toBeGreaterThan(hostConfig.parse({}).host.drainTimeout + 5)
})

test('instances that are named have names that systemd takes, and that are roles', () => {
  const named = [...`${read('README.md')}${read('systemd/parley@.service')}`.matchAll(/parley@(\w[^\s`)]*?)(?=\.service|[`\s)])/g)].map(
    ([, instance]) => instance!,
  )
  expect(named.length).toBeGreaterThan(3)
  // man systemd.unit: letters, digits and ":-_.\"; "\" and "-" come out otherwise than they went in
  for (const instance of named) expect([instance, /^[\w:.]+$/.test(instance), parseRoles(instance).length > 0]).toEqual([instance, true, true])
})

test('the runner is another account, with settings of its own, reached from this machine only', async () => {
  const values = valuesOf('parley-runner.service')
  expect(values).toMatchObject({ DynamicUser: 'yes', EnvironmentFile: '/etc/parley/runner.env', IPAddressDeny: 'any', IPAddressAllow: 'localhost' })
  expect(values['InaccessiblePaths']).toContain('-/etc/parley -/var/lib/parley')
  const own = { ...variablesOf(read('systemd/runner.env.example')), ...variablesOf(values['Environment']!.replaceAll(' ', '\n')) }
  expect(() => refuseCredentials(configOf({}), own)).not.toThrow()
  expect(await problemsOf(own)).toEqual([])
  const { PARLEY_RUNNER_URLS, PARLEY_RUNNER_TOKEN } = variablesOf(read('systemd/parley.env.example'))
  expect([PARLEY_RUNNER_URLS, PARLEY_RUNNER_TOKEN]).toEqual([`http://${own['PARLEY__server__address']}:${own['PORT']}`, own['PARLEY_RUNNER_TOKEN']])
})

test('a call that the filter refuses fails, and does not kill: Node tries some', () => {
  expect(valuesOf('parley@.service')['SystemCallErrorNumber']).toBe('EPERM')
})

test('the example of the settings is accepted', async () => {
  expect(await problemsOf(variablesOf(read('systemd/parley.env.example')))).toEqual([])
})
