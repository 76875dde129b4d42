import type { LoadedConfig } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'

/** What opens something else: databases, queues, keys, pages of other processes. */
const keys = ['database.url', 'database.directUrl', 'database.reports.url', 'redis.url', 'secrets.key', 'telemetry.traces.headers']
const secretName = /PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY|ACCESS_?KEY|API_?KEY|_DSN$|^DATABASE_|^REDIS_URL|^PGPASS/i
/** Databases and queues, and whatever else is called with a name and a password in its address. */
const secretValue = /^(postgres(ql)?|rediss?|mysql|mariadb|mongodb(\+srv)?|amqps?):\/\/|^[a-z][a-z\d+.-]*:\/\/[^/?#\s]*@/i
/** What a runner has to know, and where systemd keeps what it was not given. */
const own = new Set(['PARLEY_RUNNER_TOKEN', 'PARLEY__runner__token'])

/** A runner holds nothing that code of users could be after, should it ever get out of its sandbox. */
export function refuseCredentials(config: LoadedConfig, variables: Readonly<Record<string, string | undefined>>): void {
  const named = Object.entries(variables).flatMap(([name, value = '']) =>
    value !== '' && !own.has(name) && (secretName.test(name) || secretValue.test(value)) ? [name] : [],
  )
  const configured = leavesOf(config.values).flatMap(([path, value]) => {
    const [place, origin] = [path.join('.'), config.origin(path)]
    const secret = keys.includes(place) || secretName.test(path.at(-1)!) || secretValue.test(String(value))
    return !secret || place === 'runner.token' || (origin !== undefined && named.includes(origin)) ? [] : [`${place} (${origin ?? 'configuration'})`]
  })
  const found = [...named, ...configured]
  if (found.length === 0) return
  throw new ParleyError(
    'invalid_config',
    `A process that is only a runner holds no credentials, because code of users runs in it; take these away from it, or start it with other roles, too: ${found.join(', ')}.`,
  )
}

const leavesOf = (value: unknown, path: readonly string[] = []): (readonly [readonly string[], unknown])[] =>
  typeof value === 'object' && value !== null && !keys.includes(path.join('.'))
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
    : value === undefined || value === null || value === ''
      ? []
      : [[path, value]]
