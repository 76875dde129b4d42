import { parse } from 'yaml'
import { isObject, nested, type ConfigObject } from './config-merge.ts'

const prefix = 'PARLEY__'

/** `PARLEY__plugins__channel_telegram__enabled=false` as configuration. The value is read as YAML: numbers, `true`, lists. */
export function* variablesAsConfig(
  variables: Readonly<Record<string, string | undefined>>,
  known: ConfigObject,
): Generator<{ values: ConfigObject; variable: string }> {
  for (const variable of Object.keys(variables).sort()) {
    const text = variables[variable]
    if (!variable.startsWith(prefix) || text === undefined) continue
    const path: string[] = []
    let around: unknown = known
    for (const segment of variable.slice(prefix.length).split('__')) {
      const key = isObject(around) ? matching(segment, around) : segment
      path.push(key)
      around = isObject(around) ? around[key] : undefined
    }
    yield { values: nested(path, value(text)), variable }
  }
}

// Shells allow neither dashes nor, by habit, lower case in names: CHANNEL_TELEGRAM finds channel-telegram, MAXBYTES finds maxBytes.
const matching = (segment: string, around: ConfigObject): string =>
  Object.hasOwn(around, segment) ? segment : (Object.keys(around).find((key) => plain(key) === plain(segment)) ?? segment)

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '')

function value(text: string): unknown {
  try {
    return parse(text) as unknown
  } catch {
    return text
  }
}
