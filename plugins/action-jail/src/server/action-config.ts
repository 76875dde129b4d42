import type { Schema } from '@parley/plugin-api'
import { z } from 'zod'
import type { ActionProblem } from '../api/index.ts'

const types = ['string', 'text', 'number', 'integer', 'boolean', 'select', 'object', 'array', 'json'] as const

const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'Latin letters, digits and _, not beginning with a digit.')
const choice = z.union([z.string(), z.looseObject({ value: z.string(), label: z.string() })])
const parameter = z.looseObject({
  name,
  type: z.enum(types).default('string'),
  label: z.string().max(100).optional(),
  required: z.boolean().default(false),
  description: z.string().max(1000).optional(),
  defaultValue: z.unknown().optional(),
  options: z.array(choice).max(200).optional(),
})
const event = z.string().regex(/^[\p{L}\p{N}_.-]{1,64}$/u, 'Letters, digits, "_", "-" and ".", at most 64.')

/** The JSON config of an action. Keys that are not known here are kept. */
export const actionConfig = z.looseObject({
  parameters: z.array(parameter).max(50).default([]),
  ui: z
    .looseObject({ groups: z.array(z.looseObject({ title: z.string().min(1).max(100), parameters: z.array(z.string()) })).default([]) })
    .optional(),
  json_example: z.unknown().optional(),
  events_schema: z.array(z.union([event, z.looseObject({ name: event, description: z.string().max(1000).optional() })])).max(50),
  /** Seconds. */
  time_limit: z.number().min(0.1).max(60).optional(),
})

export type ActionConfig = z.output<typeof actionConfig>
type Parameter = ActionConfig['parameters'][number]

export interface ReadConfig {
  /** `undefined` when it cannot be read at all. */
  readonly config: ActionConfig | undefined
  readonly problems: readonly ActionProblem[]
}

const say = (level: ActionProblem['level'], code: string, path: string, message: string, values: ActionProblem['values'] = {}): ActionProblem => ({
  level,
  part: 'config',
  code,
  path,
  message,
  values,
})

/** The names of what an action may return. */
export const eventsOf = (config: ActionConfig): string[] => config.events_schema.map((item) => (typeof item === 'string' ? item : item.name))

/** Outputs of a node that runs the action: what it may return, and where a failure leads. */
export const outcomesOf = (config: ActionConfig): readonly string[] => [...new Set([...eventsOf(config), 'error'])]

const choicesOf = ({ options = [] }: Parameter): readonly { value: string; label: string }[] =>
  options.map((option) => (typeof option === 'string' ? { value: option, label: option } : option))

const typeOf = (given: Parameter): z.ZodType => {
  switch (given.type) {
    case 'number':
      return z.number()
    case 'integer':
      return z.int()
    case 'boolean':
      return z.boolean()
    case 'object':
      return z.record(z.string(), z.unknown())
    case 'array':
      return z.array(z.unknown())
    case 'json':
      return z.unknown()
    case 'select': {
      const [first, ...others] = choicesOf(given).map(({ value, label }) => z.literal(value).meta({ title: label }))
      return first === undefined ? z.string() : others.length === 0 ? first : z.union([first, ...others])
    }
    default:
      return given.required ? z.string().min(1) : z.string()
  }
}

const fieldOf = (given: Parameter): z.ZodType => {
  const type = typeOf(given).meta({
    ...(given.label === undefined ? {} : { title: given.label }),
    ...(given.description === undefined ? {} : { description: given.description }),
    ...(given.type === 'text' ? { format: 'multiline' } : {}),
  })
  if (given.defaultValue !== undefined && given.defaultValue !== null) return type.default(given.defaultValue)
  return given.required ? type : type.optional()
}

/** What a node of the action is given: the schema that its form is drawn from and its values are checked with. */
export const parametersSchema = (config: ActionConfig): Schema<Readonly<Record<string, unknown>>> =>
  z.object(Object.fromEntries(config.parameters.map((given) => [given.name, fieldOf(given)])))

const placeholder = (value: unknown): boolean => typeof value === 'string' && value.includes('{{')

const parameterProblems = (config: ActionConfig): ActionProblem[] =>
  config.parameters.flatMap((given, index) => {
    const at = `parameters.${index}`
    const found: ActionProblem[] = []
    if (config.parameters.findIndex(({ name: other }) => other === given.name) !== index)
      found.push(
        say('error', 'parameter_twice', `${at}.name`, `There are two parameters "${given.name}". Names are used once.`, { name: given.name }),
      )
    if (given.type === 'select' && choicesOf(given).length === 0)
      found.push(
        say('error', 'options_missing', `${at}.options`, `The parameter "${given.name}" is a choice without "options".`, { name: given.name }),
      )
    const fits = given.defaultValue === undefined || given.defaultValue === null || placeholder(given.defaultValue)
    if (!fits && !typeOf(given).safeParse(given.defaultValue).success)
      found.push(
        say('error', 'default_wrong', `${at}.defaultValue`, `The default of "${given.name}" is no ${given.type}.`, {
          name: given.name,
          type: given.type,
        }),
      )
    return found
  })

const groupProblems = (config: ActionConfig): ActionProblem[] => {
  const known = new Set(config.parameters.map((given) => given.name))
  const seen = new Set<string>()
  return (config.ui?.groups ?? []).flatMap(({ parameters }, group) =>
    parameters.flatMap((item, index) => {
      const at = `ui.groups.${group}.parameters.${index}`
      const twice = seen.has(item)
      seen.add(item)
      if (!known.has(item)) return [say('error', 'group_unknown', at, `There is no parameter "${item}" to put into a group.`, { name: item })]
      return twice ? [say('error', 'group_twice', at, `The parameter "${item}" stands in two groups.`, { name: item })] : []
    }),
  )
}

const eventProblems = (config: ActionConfig): ActionProblem[] => {
  const events = eventsOf(config)
  const twice = events.findIndex((item, index) => events.indexOf(item) !== index)
  return [
    ...(events.length === 0
      ? [say('error', 'events_missing', 'events_schema', 'Name in "events_schema" what the action may return: each is an output of its node.')]
      : []),
    ...(twice < 0
      ? []
      : [say('error', 'event_twice', `events_schema.${twice}`, `The event "${events[twice]}" stands there twice.`, { name: events[twice]! })]),
  ]
}

const exampleProblems = (config: ActionConfig): ActionProblem[] => {
  if (config.json_example === undefined) return []
  const result = parametersSchema(config)['~standard'].validate(config.json_example) as {
    issues?: readonly { message: string; path?: readonly unknown[] }[]
  }
  return (result.issues ?? []).map(({ message, path = [] }) =>
    say('warning', 'example_wrong', ['json_example', ...path].join('.'), `The example does not fit the parameters: ${message}`, { reason: message }),
  )
}

/** Everything that is wrong with a config, at once. */
export const readConfig = (given: unknown): ReadConfig => {
  const result = actionConfig.safeParse(given)
  if (!result.success) {
    const problems = result.error.issues.map(({ message, path }) => say('error', 'config_shape', path.join('.'), message, { reason: message }))
    return { config: undefined, problems }
  }
  const config = result.data
  const found = [...parameterProblems(config), ...groupProblems(config), ...eventProblems(config)]
  return { config, problems: found.length > 0 ? found : exampleProblems(config) }
}

/** What an editor draws: the JSON Schema of the parameters, and how they are grouped. */
export const formOf = (config: ActionConfig) => ({
  schema: parametersSchema(config)['~standard'].jsonSchema.input({ target: 'draft-2020-12' }),
  groups: (config.ui?.groups ?? []).map(({ title, parameters }) => ({ title, parameters })),
  events: config.events_schema.map((item) => (typeof item === 'string' ? { name: item } : { name: item.name, description: item.description })),
})
