import type { LoadedConfig } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'

/** What opens something else: databases, queues, keys, pages of other processes. */
const keys = [
  ['database', 'url'],
  ['database', 'directUrl'],
  ['database', 'reports', 'url'],
  ['redis', 'url'],
  ['secrets', 'key'],
  ['system', 'token'],
  ['telemetry', 'traces', 'headers'],
]
const secretName = /PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY|ACCESS_?KEY|API_?KEY|^DATABASE_|^REDIS_URL|^PGPASS/i
const secretValue = /^(postgres(ql)?|redis(s)?(\+\w+)?|mysql|mongodb(\+srv)?|amqps?):\/\//
/** What a runner has to know, and where systemd keeps what it was not given. */
const own = new Set(['PARLEY_RUNNER_TOKEN', 'PARLEY__runner__token'])

/** A runner holds nothing that code of users could be after, should it ever get out of its sandbox. */
export function refuseCredentials(config: LoadedConfig, variables: Readonly<Record<string, string | undefined>>): void {
  const named = Object.entries(variables).flatMap(([name, value = '']) =>
    value !== '' && !own.has(name) && (secretName.test(name) || secretValue.test(value)) ? [name] : [],
  )
  const configured = keys.flatMap((path) => {
    const value = path.reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], config.values)
    const origin = config.origin(path)
    return value === undefined || (origin !== undefined && named.includes(origin)) ? [] : [`${path.join('.')} (${origin ?? 'configuration'})`]
  })
  const found = [...named, ...configured]
  if (found.length === 0) return
  throw new ParleyError(
    'invalid_config',
    `A process that is only a runner holds no credentials, because code of users runs in it; take these away from it, or start it with other roles, too: ${found.join(', ')}.`,
  )
}
